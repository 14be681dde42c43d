"""The set of tokens as an integer program over all combinations, where these are few enough to be listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from collection.plan.combinations import Combinations
from collection.plan.domain import Combination, TraitDomain
from collection.plan.seeds import RandomStream

LISTED = 200_000
"""Combinations up to which they are listed and the program is asked."""
FEW = 2_000
"""Combinations up to which the program is asked in whole numbers at once."""
WHOLE = 20_000
"""Combinations up to which it is asked in whole numbers where fractions could not be rounded."""
NODES = 20_000
"""Branches after which it is given up."""
POOL = 1_200
"""Combinations taken, and as many not taken, that are decided anew where a solution in fractions is rounded."""
DEAREST = 1_000_000
"""Prices are drawn below this."""

Mend = Callable[[list[Combination], list[list[int]], bool], list[Combination] | None]
"""Completes tokens by those that are left of each quota, different ones or not; None where it finds no way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The tokens, or None where there is no such set, and whether that is proven."""

    rows: list[Combination] | None
    proven: bool = True


def draw_by_program(
    domain: TraitDomain, combinations: Combinations, stream: RandomStream, distinct: bool, mend: Mend | None = None
) -> Answer:
    """A random set of tokens that meets every quota, `distinct` or not, by HiGHS (Huangfu, Hall 2018).

    Of all sets it is the cheapest by random prices of the combinations: as good as always there is only one such
    set (Mulmuley, Vazirani, Vazirani 1987), so that another version of the solver finds the same. Many combinations are
    first taken in fractions; a vertex of that linear program has no more fractions than there are quotas (Dantzig
    1963), and `mend` completes the tokens that it takes whole.
    """
    if not combinations.exact or combinations.listed(domain) > LISTED:
        return Answer(None, proven=False)
    listed = list_combinations(domain)
    program = _Program.of(domain, listed, range(len(domain.traits)), distinct, stream)
    answer = Answer(None, proven=False)
    if len(listed) > FEW and mend:
        answer = _mended(domain, listed, program, distinct, mend)
    if answer.rows is None and not answer.proven and len(listed) <= WHOLE:
        answer = program.whole(listed)
    return Answer(stream.shuffled(answer.rows) if answer.rows else None, answer.proven)


def _mended(
    domain: TraitDomain, listed: Sequence[Combination], program: _Program, distinct: bool, mend: Mend
) -> Answer:
    fractions = program.fractions()
    if fractions is None:
        return Answer(None)
    taken = [row for row, times in zip(listed, fractions.tolist(), strict=True) for _ in range(int(times + 1e-6))]
    left = [
        [quota - count for quota, count in zip(quotas, _counted(taken, trait, len(quotas)), strict=True)]
        for trait, quotas in enumerate(domain.quotas)
    ]
    return Answer(mend(taken, left, distinct) or program.rounded(listed, fractions), proven=False)


def _counted(rows: Sequence[Combination], trait: int, values: int) -> list[int]:
    counts = Counter(row[trait] for row in rows)
    return [counts[value] for value in range(values)]


def list_combinations(domain: TraitDomain) -> list[Combination]:
    """Every combination that no exclusion forbids, in order."""
    after = [frozenset[int]()]
    for trait in reversed(range(len(domain.traits))):
        after.append(after[-1] | {bit for bit, exclusion in enumerate(domain.exclusions) if trait in exclusion.sides})
    open_bits = [sum(1 << bit for bit in bits) for bits in reversed(after)]
    found: list[tuple[Combination, int]] = [((), (1 << len(domain.exclusions)) - 1)]
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
        program = _Program.of(domain, listed, rest, distinct)
        answer = program.whole(listed) if len(listed) <= FEW else Answer(None, proven=program.fractions() is None)
        if answer.rows is None and answer.proven:
            kept = rest
    return kept


@dataclass(frozen=True)
class _Program:
    """How often each combination is taken: `table` times that is `counts`, each at most `most` times, cheaply."""

    table: Any
    """A sparse matrix: a row for each quota, all tokens first; a column for each combination."""
    counts: Sequence[int]
    most: int
    prices: Sequence[int]
    alike: Any = None
    """Where tokens must differ and some combinations show the same in several series: a row for each such group."""
    free: Any = None
    """How many of each group may be taken."""

    @classmethod
    def of(
        cls, domain: TraitDomain, listed: Sequence[Combination], traits: Collection[int], distinct: bool,
        stream: RandomStream | None = None,
    ) -> Self:  # fmt: skip
        """The program of the quotas of these traits; with a stream, of random prices, else of none."""
        import numpy as np
        from scipy.sparse import csr_array, vstack

        values = np.array(listed).reshape(len(listed), len(domain.traits))
        rows, counts = [csr_array(np.ones((1, len(listed))))], [domain.tokens]
        for trait in traits:
            place = (values[:, trait], np.arange(len(listed)))
            rows.append(csr_array((np.ones(len(listed)), place), shape=(len(domain.values[trait]), len(listed))))
            counts += domain.quotas[trait]
        prices = [stream.below(DEAREST) if stream else 0 for _ in listed]
        program = cls(vstack(rows, format="csr"), counts, 1 if distinct else domain.tokens, prices)
        return program._differing(domain, listed) if distinct and domain.alike else program

    def _differing(self, domain: TraitDomain, listed: Sequence[Combination]) -> Self:
        """The same, of the combinations that differ only in what makes no difference one at most."""
        import numpy as np
        from scipy.sparse import csr_array

        groups: dict[Combination, int] = {}
        places = [groups.setdefault(domain.shown(row), len(groups)) for row in listed]
        ones, columns = np.ones(len(listed)), np.arange(len(listed))
        alike = csr_array((ones, (places, columns)), shape=(len(groups), len(listed)))
        return replace(self, alike=alike, free=np.ones(len(groups)))

    def fractions(self) -> Any:
        """The cheapest solution in fractions, at a vertex, (combinations,); None if there is none."""
        from scipy.optimize import linprog

        found = linprog(
            self.prices, A_eq=self.table, b_eq=self.counts, A_ub=self.alike, b_ub=self.free, bounds=(0, self.most),
            method="highs-ds",
        )  # fmt: skip
        return None if found.status == 2 or found.x is None else found.x

    def rounded(self, listed: Sequence[Combination], fractions: Any) -> list[Combination] | None:
        """A solution in whole numbers near one in fractions: what is broken, and some more, is decided anew."""
        import numpy as np

        near = np.rint(fractions).astype(int)
        near[np.abs(fractions - near) > 1e-6] = 0
        broken = np.flatnonzero(np.abs(fractions - near) > 1e-6)
        order = np.argsort(self.prices, kind="stable")  # a random one, as the prices are
        pool = np.unique(
            np.concatenate([broken, *(order[(near[order] > 0) == taken][:POOL] for taken in (True, False))])
        )
        rest = near.copy()
        rest[pool] = 0
        counts = np.array(self.counts) - np.rint(self.table @ rest).astype(int)
        prices = [self.prices[place] for place in pool]
        part = _Program(self.table[:, pool], counts.tolist(), self.most, prices)
        if self.alike is not None:
            part = replace(part, alike=self.alike[:, pool], free=self.free - self.alike @ rest)
        if (found := part.whole([listed[place] for place in pool])).rows is None:
            return None
        return found.rows + [row for row, times in zip(listed, rest.tolist(), strict=True) for _ in range(times)]

    def whole(self, listed: Sequence[Combination]) -> Answer:
        """The cheapest solution in whole numbers."""
        import numpy as np
        from scipy.optimize import LinearConstraint, milp

        if not listed:
            return Answer(None)
        limits = [LinearConstraint(self.table, self.counts, self.counts)]
        if self.alike is not None:
            limits.append(LinearConstraint(self.alike, -np.inf, self.free))
        found = milp(
            self.prices, integrality=1, bounds=(0, self.most), constraints=limits,
            options={"mip_rel_gap": 0, "node_limit": NODES},
        )  # fmt: skip
        if found.status == 2:
            return Answer(None)
        times = np.rint(found.x if found.status == 0 else np.zeros(len(listed))).astype(int)
        if not np.array_equal(self.table @ times, self.counts) or (
            self.alike is not None and np.any(self.alike @ times > self.free)
        ):
            return Answer(None, proven=False)
        return Answer([row for row, count in zip(listed, times.tolist(), strict=True) for _ in range(count)])
