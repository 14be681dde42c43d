"""The images that a selection may be made of, and the choice among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from collection.curate.selection.bounds import upper_bound
from collection.curate.selection.candidates import Candidates, Ranked, eligible_of
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.diverse import DiverseSet, Pool, Vectors, choose, problem_of, spread
from collection.curate.selection.reasons import full_cell
from collection.curate.selection.swaps import swapped
from collection.errors import ConflictError
from collection.store.records import Asset
from collection.values import Progress, QuotaCell, amount, silent

MOST_SWAPPED, MOST_BOUNDED = 1024, 200
"""Images up to which a choice is improved by swaps, and up to which its gap is worked out closely."""


class TooManyLocksError(ConflictError):
    """More images are locked than there are tokens of their kind; `images` are their numbers."""

    def __init__(self, message: str, hint: str, images: Sequence[int]) -> None:
        super().__init__(message, hint)
        self.images = list(images)


class Eligible:
    """The images that the criteria allow. One object serves a whole slider, as the diversity changes nothing here."""

    def __init__(self, candidates: Candidates, criteria: SelectionCriteria) -> None:
        """Raises ConflictError where more images are locked than there are tokens of their kind."""
        self.images = eligible_of(candidates.ranked, criteria, candidates.duplicates)
        """Best first."""
        refuse_crowd([item.asset for item in self.images], criteria)
        self.vectors = unit_vectors(candidates.encoded, self.images)
        self._pools: dict[tuple[tuple[tuple[QuotaCell, int], ...], bool], Pool] = {}

    @cached_property
    def _spread(self) -> Vectors:
        return spread(self.vectors)

    def pool(self, criteria: SelectionCriteria) -> Pool:
        """The images as `choose` asks for them, with their quota cells; without vectors where none count."""
        capacity = tuple(criteria.capacity.items())
        which = capacity, bool(criteria.diversity)
        if which not in self._pools:
            kinds = {cell: kind for kind, (cell, _) in enumerate(capacity)}
            cells = [criteria.cell_of(item.asset) if criteria.cells else capacity[0][0] for item in self.images]
            places = np.array([kinds.get(cell, len(kinds)) for cell in cells], dtype=np.intp)
            scores = np.array([item.score / 100 for item in self.images])
            self._pools[which] = Pool(scores, places, self._spread if criteria.diversity else None)
        return self._pools[which]

    def choice(
        self, criteria: SelectionCriteria, overtaken: Callable[[], bool], progress: Progress = silent
    ) -> DiverseSet:
        """The rows to choose."""
        pool, capacity = self.pool(criteria), [*criteria.capacity.values(), 0]
        locked, picked = self._rows(criteria.locked), self._rows(criteria.picked)
        found = choose(
            pool, capacity, criteria.diversity, locked=locked, picked=picked, overtaken=overtaken, progress=progress
        )
        if not criteria.diversity or len(self.images) > MOST_SWAPPED:
            return found
        problem = problem_of(pool, capacity, criteria.diversity)
        groups = np.array(2 * pool.kinds, dtype=np.intp)
        groups[picked] += 1  # picks come first, so that they go for picks alone
        groups[locked] = -1
        rows = swapped(problem, found.rows, groups)
        worth = problem.worth(np.array(rows, dtype=np.intp))
        return DiverseSet(rows, worth, max(found.most, worth))

    def proven(self, criteria: SelectionCriteria, choice: DiverseSet) -> DiverseSet:
        """The same set, with as tight a bound as can be had; `choice` is what the method of that name gave."""
        if not criteria.diversity or len(self.images) > MOST_BOUNDED or not choice.rows:
            return choice
        pool, capacity = self.pool(criteria), [*criteria.capacity.values(), 0]
        chosen = np.array(choice.rows, dtype=np.intp)
        first = {*self._rows(criteria.locked), *self._rows(criteria.picked)}
        stays = np.array([row for row in choice.rows if row in first], dtype=np.intp)
        most = upper_bound(problem_of(pool, capacity, criteria.diversity), chosen, stays)
        return replace(choice, most=max(choice.worth, min(choice.most, most)))

    def _rows(self, numbers: Collection[int]) -> list[int]:
        return [row for row, item in enumerate(self.images) if item.asset.id in numbers]


def refuse_crowd(assets: Sequence[Asset], criteria: SelectionCriteria) -> None:
    """Raise ConflictError where more of these images are locked than there are tokens of their kind."""
    locked: dict[QuotaCell, list[Asset]] = defaultdict(list)
    for asset in assets:
        if asset.id in criteria.locked:
            locked[criteria.cell_of(asset)].append(asset)
    for cell, found in locked.items():
        if len(found) > criteria.capacity[cell]:
            names = ", ".join(asset.label for asset in found[:6])
            raise TooManyLocksError(
                f"{amount(len(found), 'image')} locked ({names}), {full_cell(found[0], criteria)}",
                f"collection lock {found[-1].id} --off",
                [asset.id for asset in found],
            )


def unit_vectors(encoded: tuple[Sequence[int], Vectors], eligible: Sequence[Ranked]) -> Vectors:
    """Unit vectors of the eligible images, (n, d); 0 for one that the encoder has not seen."""
    ids, found = encoded
    rows = {number: row for row, number in enumerate(ids)}
    vectors = np.zeros((len(eligible), found.shape[1]), dtype=np.float32)
    for place, item in enumerate(eligible):
        if item.asset.id in rows:
            vectors[place] = found[rows[item.asset.id]]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=vectors, where=lengths > 0))
