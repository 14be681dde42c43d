"""The set of tokens as an integer program over all combinations, where these are few enough to be listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from collection.plan.combinations import Combinations
from collection.plan.domain import Combination, TraitDomain
from collection.plan.seeds import RandomStream

LISTED = 20_000
"""Combinations up to which the integer program is asked."""
NODES = 20_000
"""Branches after which it is given up."""
DEAREST = 1_000_000
"""Prices are drawn below this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The tokens, or None where there is no such set, and whether that is proven."""

    rows: list[Combination] | None
    proven: bool = True


def draw_by_program(domain: TraitDomain, combinations: Combinations, stream: RandomStream, distinct: bool) -> Answer:
    """A random set of tokens that meets every quota, `distinct` or not, by HiGHS (Huangfu, Hall 2018).

    Of all sets it is the cheapest by random prices of the combinations: as good as always there is only one such
    set (Mulmuley, Vazirani, Vazirani 1987), so that another version of the solver finds the same.
    """
    if not combinations.exact or combinations.total > LISTED:
        return Answer(None, proven=False)
    listed = list_combinations(domain)
    prices = [stream.below(DEAREST) for _ in listed]
    answer = _solve(domain, listed, range(len(domain.traits)), distinct, prices)
    return Answer(stream.shuffled(answer.rows) if answer.rows else None, answer.proven)


def list_combinations(domain: TraitDomain) -> list[Combination]:
    """Every combination that no box forbids, in order."""
    after = [frozenset[int]()]
    for trait in reversed(range(len(domain.traits))):
        after.append(after[-1] | {bit for bit, box in enumerate(domain.boxes) if trait in box.sides})
    open_bits = [sum(1 << bit for bit in bits) for bits in reversed(after)]
    found: list[tuple[Combination, int]] = [((), (1 << len(domain.boxes)) - 1)]
    for trait, masks in enumerate(domain.masks):
        found = [
            ((*row, value), left & mask)
            for row, left in found
            for value, mask in enumerate(masks)
            if not left & mask & ~open_bits[trait + 1]
        ]
    return [row for row, _ in found]


def conflicting_traits(domain: TraitDomain, distinct: bool) -> list[int]:
    """A smallest part of the traits whose quotas cannot be met together, one left out at a time.

    For a set that is proven impossible; traits without which that is not proven stay in.
    """
    listed = list_combinations(domain)
    kept = list(range(len(domain.traits)))
    for trait in range(len(domain.traits)):
        rest = [other for other in kept if other != trait]
        answer = _solve(domain, listed, rest, distinct, [0] * len(listed))
        if answer.rows is None and answer.proven:
            kept = rest
    return kept


def _solve(
    domain: TraitDomain, listed: Sequence[Combination], traits: Collection[int], distinct: bool, prices: Sequence[int]
) -> Answer:
    """The cheapest set of tokens that meets the quotas of these traits."""
    import numpy as np
    from scipy.optimize import LinearConstraint, milp

    if not listed:
        return Answer(None)
    values = np.array(listed)
    rows, counts = [np.ones(len(listed), bool)], [domain.tokens]
    for trait in traits:
        rows += [values[:, trait] == value for value in range(len(domain.values[trait]))]
        counts += domain.quotas[trait]
    table = np.array(rows, int)
    found = milp(
        np.array(prices), integrality=1, bounds=(0, 1 if distinct else domain.tokens),
        constraints=LinearConstraint(table, counts, counts),
        options={"mip_rel_gap": 0, "node_limit": NODES},
    )  # fmt: skip
    if found.status == 2:
        return Answer(None)
    times = np.rint(found.x if found.status == 0 else np.zeros(len(listed))).astype(int)
    if not np.array_equal(table @ times, counts):
        return Answer(None, proven=False)
    return Answer([row for row, count in zip(listed, times, strict=True) for _ in range(count)])
