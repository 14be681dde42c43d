"""How many combinations of traits the rules allow, without listing them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collection.plan.domain import TraitDomain

WIDTH = 4096
"""States kept at a step. Beyond, the rarest are dropped, and what is counted is a lower bound."""

States = Mapping[int, int]
"""The exclusions that a partial combination may still end in, as bits, and how many partial combinations those are."""


@dataclass(frozen=True, slots=True)
class Combinations:
    """How many combinations are allowed, in all and with each value of each trait."""

    total: int
    having: tuple[tuple[int, ...], ...]
    exact: bool
    """False: there are at least so many."""


def count_combinations(domain: TraitDomain, width: int = WIDTH) -> Combinations:
    """Count by dynamic programming over the traits.

    A partial combination matters to the rest of it only by the exclusions that it may still end in, so that all which
    agree in this are counted as one state; values in the same exclusions are one step. Forward counts times backward
    counts give the number of combinations with each value. Exact unless more than `width` states meet at a step.
    """
    order = _order(domain)
    layers, exact = _forward(domain, order, width)
    finish: States = dict.fromkeys(layers[-1], 1)
    having: list[tuple[int, ...]] = [()] * len(order)
    for place in reversed(range(len(order))):
        trait, states = order[place], layers[place]
        after, ended = finish, _ended(domain, order, place)
        by_mask: Counter[int] = Counter()
        before: dict[int, int] = {}
        for state, ways in states.items():
            ends = {mask: _onward(after, state & mask, ended) for mask in set(domain.masks[trait])}
            for mask, count in ends.items():
                by_mask[mask] += ways * count
            before[state] = sum(ends[mask] for mask in domain.masks[trait])
        having[trait] = tuple(by_mask[mask] for mask in domain.masks[trait])
        finish = before
    total = sum(ways * finish[state] for state, ways in layers[0].items())
    return Combinations(total, tuple(having), exact)


def _onward(after: States, state: int, ended: int) -> int:
    """Ways to finish from a state; none from one that has ended in an exclusion or was dropped."""
    return 0 if state & ended else after.get(state, 0)


def _forward(domain: TraitDomain, order: Sequence[int], width: int) -> tuple[list[States], bool]:
    layers: list[States] = [{(1 << len(domain.exclusions)) - 1: 1}]
    exact = True
    for place, trait in enumerate(order):
        steps, ended = Counter(domain.masks[trait]), _ended(domain, order, place)
        found: dict[int, int] = defaultdict(int)
        for state, ways in layers[-1].items():
            for mask, many in steps.items():
                if not state & mask & ended:
                    found[state & mask] += ways * many
        if len(found) > width:
            exact = False
            found = dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:width])
        layers.append(found)
    return layers, exact


def _ended(domain: TraitDomain, order: Sequence[int], place: int) -> int:
    """The exclusions whose last trait stands at this place of the order, as bits."""
    at = {trait: index for index, trait in enumerate(order)}
    last = [max((at[trait] for trait in exclusion.sides), default=0) for exclusion in domain.exclusions]
    return sum(1 << bit for bit, index in enumerate(last) if index == place)


def _order(domain: TraitDomain) -> list[int]:
    """The traits so that few exclusions are open at a time: next is always the one that leaves the fewest open."""
    order: list[int] = []
    left = set(range(len(domain.traits)))

    def opened(trait: int) -> tuple[int, int]:
        done = {*order, trait}
        return sum(
            1 for exclusion in domain.exclusions if done & exclusion.sides.keys() and exclusion.sides.keys() - done
        ), trait

    while left:
        order.append(min(left, key=opened))
        left.remove(order[-1])
    return order
