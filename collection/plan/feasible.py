"""Whether the quotas can be met under the rules: what can be proven before anything is drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from collection.config.conditions import ABSENT
from collection.errors import ConfigError
from collection.plan.combinations import Combinations
from collection.plan.domain import TraitDomain

Partners = list[int]
"""For each value of one trait, the values of another that may stand beside it, as bits."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Values of a trait that more tokens ask for than can have them, because of what must stand beside them."""

    trait: int
    values: tuple[int, ...]
    beside: int
    partners: tuple[int, ...]


def check_feasible(domain: TraitDomain, combinations: Combinations, unique: bool) -> None:
    """Raise ConfigError naming a quota that provably cannot be met, and why.

    Proven are: a value of which no combination is left; values that may stand only beside values of another trait of
    which there are too few (Hall's condition, by maximum flow, for each pair of traits, after what follows from rules
    through a third trait); and, where no two tokens may be alike, too few combinations. What passes may still be
    impossible through more traits at once: `resolve` proves that where drawing finds nothing.
    """
    found = min(shortages(domain), key=lambda item: len(item.values) + len(item.partners), default=None)
    if found:
        raise ConfigError(_told(domain, found), "change these counts or weights, or loosen the rules")
    for trait, (quotas, having) in enumerate(zip(domain.quotas, combinations.having, strict=True)):
        for value, (quota, ways) in enumerate(zip(quotas, having, strict=True)):
            if combinations.exact and ways < (quota if unique else 1):
                said = f"{amount(ways, 'combination')} of traits" if ways else "no combination of traits"
                raise ConfigError(
                    f"{named_values(domain, trait, [value])} is asked of {amount(quota, 'token')}, "
                    f"but the rules leave {said} with it{_because(domain, trait, [value])}",
                    "ask for fewer, loosen the rules, or allow equal traits (unique_traits = false)",
                )
    if unique and combinations.exact and combinations.total < domain.tokens:
        raise ConfigError(
            f"unique_traits: {amount(domain.tokens, 'token')}, but the rules leave "
            f"{amount(combinations.total, 'combination')} of traits",
            "lower supply, add values, loosen the rules, or allow equal traits (unique_traits = false)",
        )


def shortages(domain: TraitDomain) -> Iterable[Shortage]:
    """For each ordered pair of traits whose values restrict each other: a shortage, if there is one."""
    pairs = _consistent(domain)
    for (first, second), partners in pairs.items():
        full = (1 << len(domain.values[second])) - 1
        if all(bits == full for bits in partners):
            continue
        if values := _starved(domain.quotas[first], domain.quotas[second], partners):
            reached = 0
            for value in values:
                reached |= partners[value]
            yield Shortage(first, tuple(values), second, tuple(_ones(reached)))


def _consistent(domain: TraitDomain) -> dict[tuple[int, int], Partners]:
    """The partners of every ordered pair of traits that the exclusions on one or two traits leave, also through a third
    (path consistency: Montanari, Networks of constraints, 1974)."""
    sizes = [(1 << len(values)) - 1 for values in domain.values]
    pairs = {(a, b): [sizes[b]] * len(domain.values[a]) for a, b in permutations(range(len(sizes)), 2)}
    for (a, b), partners in pairs.items():
        for exclusion in domain.exclusions:
            if exclusion.sides.keys() <= {a, b}:
                other = sum(1 << value for value in exclusion.sides.get(b, range(len(domain.values[b]))))
                for value in exclusion.sides.get(a, range(len(domain.values[a]))):
                    partners[value] &= ~other
    changed = bool(domain.exclusions)
    while changed:
        changed = False
        for a, c, b in permutations(range(len(sizes)), 3):
            changed |= _narrow(pairs[a, c], pairs[c, b], pairs[a, b], sizes[c])
    return pairs


def _narrow(through: Partners, onward: Partners, direct: Partners, full: int) -> bool:
    """Keep of `direct` what some value of the trait between allows; True if that took something away."""
    changed = False
    for value, between in enumerate(through):
        if between == full:
            continue
        reached = 0
        for middle in _ones(between):
            reached |= onward[middle]
        if direct[value] & ~reached:
            direct[value] &= reached
            changed = True
    return changed


def _starved(supplies: Sequence[int], demands: Sequence[int], partners: Partners) -> list[int]:
    """Values whose supplies cannot all flow to their partners; empty if a full flow exists.

    Augmenting paths, shortest first (Edmonds, Karp 1972); at the end, what is still reached is a minimum cut.
    """
    left, free = list(supplies), list(demands)
    flow = [[0] * len(demands) for _ in supplies]
    while True:
        queue = deque(value for value, amount in enumerate(left) if amount)
        reached_from: dict[int, int] = {}
        came_by: dict[int, int | None] = dict.fromkeys(queue)
        end = None
        while queue and end is None:
            value = queue.popleft()
            for other in _ones(partners[value]):
                if other in reached_from:
                    continue
                reached_from[other] = value
                if free[other]:
                    end = other
                    break
                for back in range(len(supplies)):
                    if flow[back][other] and back not in came_by:
                        came_by[back] = other
                        queue.append(back)
        if end is None:
            return sorted(came_by)
        _augment(flow, left, free, reached_from, came_by, end)


def _augment(
    flow: list[list[int]],
    left: list[int],
    free: list[int],
    reached_from: dict[int, int],
    came_by: dict[int, int | None],
    end: int,
) -> None:
    """Send as much as fits along the path that was found."""
    forward, backward = [], []
    other: int | None = end
    while other is not None:
        value = reached_from[other]
        forward.append((value, other))
        other = came_by[value]
        if other is not None:
            backward.append((value, other))
    begin = forward[-1][0]
    amount = min(left[begin], free[end], *(flow[value][other] for value, other in backward))
    left[begin] -= amount
    free[end] -= amount
    for value, other in forward:
        flow[value][other] += amount
    for value, other in backward:
        flow[value][other] -= amount


def _ones(bits: int) -> list[int]:
    return [index for index in range(bits.bit_length()) if bits >> index & 1]


def _told(domain: TraitDomain, short: Shortage) -> str:
    asked = sum(domain.quotas[short.trait][value] for value in short.values)
    there = sum(domain.quotas[short.beside][value] for value in short.partners)
    beside = (
        f"but the rules let it stand only beside {named_values(domain, short.beside, short.partners)}, "
        f"asked of {amount(there, 'token')}"
        if short.partners
        else f"but the rules leave no {domain.traits[short.beside]} to stand beside it"
    )
    begin = f"{named_values(domain, short.trait, short.values)} is asked of {amount(asked, 'token')}, "
    return begin + beside + _because(domain, short.trait, short.values)


def named_values(domain: TraitDomain, trait: int, values: Sequence[int]) -> str:
    """Values of a trait in a sentence: sky = "torn" or "violet"; where that is much shorter, sky other than "clear"."""
    others = [value for value in range(len(domain.values[trait])) if value not in values]
    joint, told = ("other than", others) if 0 < len(others) < len(values) - 2 else ("=", values)
    said = [f'"{name}"' if (name := domain.values[trait][value]) != ABSENT else "nothing" for value in told]
    return f"{domain.traits[trait]} {joint} {' or '.join(said)}"


def _because(domain: TraitDomain, trait: int, values: Iterable[int]) -> str:
    sources = {
        exclusion.source for exclusion in domain.exclusions if exclusion.sides.get(trait, frozenset()) & set(values)
    }
    return f" ({', '.join(sorted(sources))})" if sources else ""


def amount(number: int, noun: str) -> str:
    """A number of things in a sentence: 1 token, 2,000 tokens."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
