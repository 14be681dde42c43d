"""How many combinations of traits the rules allow, without listing them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice, product
from operator import and_

from collection.plan.domain import TraitDomain

WIDTH = 4096
"""States kept at a step. Beyond, the rarest are dropped, and what is counted is a lower bound."""

CHOICES = 256
"""Choices of values of traits that make no difference, each of which is looked at by itself."""

Choice = Mapping[int, int]
"""For some traits a value of each."""

States = Mapping[int, int]
"""The exclusions that a partial combination may still end in, as bits, and how many partial combinations those are."""


@dataclass(frozen=True, slots=True)
class Combinations:
    """How many combinations are allowed, in all and with each value of each trait."""

    total: int
    having: tuple[tuple[int, ...], ...]
    exact: bool
    """False: there are at least so many."""

    def listed(self, domain: TraitDomain) -> int:
        """How many there are if all traits make a difference, those that need not too."""
        if len(domain.alike) < 2:
            return sum(self.having[domain.alike[0]]) if domain.alike else self.total
        return count_combinations(replace(domain, alike=())).total


def count_combinations(domain: TraitDomain, width: int = WIDTH) -> Combinations:
    """Count by dynamic programming over the traits.

    A partial combination matters to the rest of it only by the exclusions that it may still end in, so that all which
    agree in this are counted as one state; values in the same exclusions are one step. Forward counts times backward
    counts give the number of combinations with each value. Exact unless more than `width` states meet at a step.

    Where some traits make no difference (the series), a combination of the others counts once, beside however many of
    their values it is allowed: a state then says of each choice of these by itself what is still open (the subset
    construction: Rabin, Scott 1959). Of more than CHOICES, the rest is not looked at, and the count is a lower bound.
    """
    choices = _choices(domain)
    steps = _Steps(domain, choices[:CHOICES])
    layers, exact = steps.forward(width)
    exact &= len(choices) <= CHOICES
    finish: States = dict.fromkeys(layers[-1], 1)
    having: list[tuple[int, ...]] = [()] * len(domain.traits)
    for place in reversed(range(len(steps.order))):
        trait, states = steps.order[place], layers[place]
        masks, after = steps.masks[trait], finish
        by_mask: Counter[int] = Counter()
        before: dict[int, int] = {}
        for state, ways in states.items():
            ends = {mask: after.get(steps.next(state & mask, place), 0) for mask in set(masks)}
            for mask, count in ends.items():
                by_mask[mask] += ways * count
            before[state] = sum(ends[mask] for mask in masks)
        having[trait] = tuple(by_mask[mask] for mask in masks)
        finish = before
    total = sum(ways * finish[state] for state, ways in layers[0].items())
    for trait in domain.alike:
        counted = []
        for value in range(len(domain.values[trait])):
            with_it = [choice for choice in choices[:CHOICES] if choice.get(trait, value) == value]
            last, whole = _Steps(domain, with_it).forward(width) if with_it or not choices else ([{}], False)
            counted.append(sum(last[-1].values()))
            exact &= whole
        having[trait] = tuple(counted)
    return Combinations(total, tuple(having), exact)


def _choices(domain: TraitDomain) -> list[Choice]:
    """Every choice of values of the traits that make no difference, as far as an exclusion names them."""
    bound = {trait for exclusion in domain.exclusions for trait in exclusion.sides} | {domain.series}
    places = [trait for trait in domain.alike if trait in bound]
    every = product(*(range(len(domain.values[trait])) for trait in places))
    return [dict(zip(places, values, strict=True)) for values in islice(every, CHOICES + 1)] if places else []


class _Steps:
    """The steps from state to state. A state is, for each choice that is looked at (or for the one that there is), one
    bit that is set while the choice is possible, and above it a bit for each exclusion that may still end in it."""

    def __init__(self, domain: TraitDomain, choices: Sequence[Choice]) -> None:
        self.order = [trait for trait in _order(domain) if trait not in domain.alike]
        wide = len(domain.exclusions) + 1
        self.parts = [((1 << wide) - 1) << wide * part for part in range(max(len(choices), 1))]
        copies = sum(1 << wide * part for part in range(len(self.parts)))
        self.masks = [[(mask << 1 | 1) * copies for mask in masks] for masks in domain.masks]
        self.possible = copies
        full = (1 << len(domain.exclusions)) - 1
        starts = [
            reduce(and_, (domain.masks[trait][value] for trait, value in choice.items()), full) for choice in choices
        ] or [full]
        self.start = sum((mask << 1 | 1) << wide * part for part, mask in enumerate(starts))
        at = {trait: index for index, trait in enumerate(self.order)}
        last = [
            max((at[trait] for trait in exclusion.sides if trait in at), default=0) for exclusion in domain.exclusions
        ]
        self.ended = [
            sum(1 << bit + 1 for bit, end in enumerate(last) if end == place) * copies
            for place in range(len(self.order))
        ]

    def next(self, state: int, place: int) -> int:
        """A state without the choices that have ended in an exclusion at this place of the order; 0 if none is left.

        Once all is allowed beside some choice, what is open beside others does not matter.
        """
        if state & self.ended[place]:
            for part in self.parts:
                if state & part & self.ended[place]:
                    state &= ~part
        if len(self.parts) > 1:
            for part in self.parts:
                if state & part and not state & part & ~self.possible:
                    return self.possible
        return state

    def forward(self, width: int) -> tuple[list[States], bool]:
        """The states after each step, and whether none was dropped."""
        layers: list[States] = [{self.start: 1}]
        exact = True
        for place, trait in enumerate(self.order):
            steps = Counter(self.masks[trait])
            found: dict[int, int] = defaultdict(int)
            for state, ways in layers[-1].items():
                for mask, many in steps.items():
                    if after := self.next(state & mask, place):
                        found[after] += ways * many
            if len(found) > width:
                exact = False
                found = dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:width])
            layers.append(found)
        return layers, exact


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
