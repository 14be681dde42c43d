"""The best set under quotas: good images that are unlike each other, by greedy MAP inference in a DPP.

A determinantal point process prefers a set S by det(L_S), where L_ij = q_i K_ij q_j joins quality and likeness (Kulesza
and Taskar, "Determinantal Point Processes for Machine Learning", 2012). Here K = I + b V V^T over unit vectors, and
q_i = exp(w r_i / 2), so that, divided by a constant, log det(L_S) is

    F(S) = (1 - diversity) sum of r_i  +  diversity * log det(I + b V_S V_S^T) / g

r_i being the score, 0 to 1, and g what an image of average direction adds when k are chosen (see `average_gain`): at
the end of the choice 1 of diversity stands against 1 of score, whatever the size. An image like those chosen adds
less, never below 0: F is monotone and submodular, so greedy choice reaches (1 - 1/e) of the best set of that size
(Nemhauser, Wolsey and Fisher 1978), and half of the best set under quotas, which are a partition matroid (Fisher,
Nemhauser and Wolsey 1978).

Gains follow from what the vectors have left beside those chosen, by rank-one updates as in Chen, Zhang and Zhou, "Fast
Greedy MAP Inference for Determinantal Point Process" (2018), done in the d dimensions of the vectors, not among the n
images: memory is (n, d) + (d, d). As gains only fall, old ones are upper bounds (Minoux 1978): after a pick only those
of the NEAR highest are renewed, now and then those that may soon be among them, and those of all others never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from collection.curate.selection.problem import Problem
from collection.errors import ConflictError
from collection.values import Progress, silent

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

STRENGTH = 100.0
"""b: an image like none before adds log(1 + b), the twin of the first only log(2), 0.15 of it."""
NEAR = 1024
"""Rows whose gains are kept exact."""
BEHIND, SHARE, FOLDED, ROWS = 16, 50, 16, 32768
"""Picks after which bounds are renewed, or a SHAREth of those made if that is more; updates of the inverse that are
made at once; rows of a block."""
AWAKE = 0.9
"""Share of the highest bound below which bounds are not renewed yet."""
SLACK = 0.01
"""Share of the greatest gain that may be missed among more than NEAR images; the bounds above fall by it at most."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far images are from the nearest chosen one, as 1 - cosine: 0 to 2."""

    farthest: float
    mean: float


@dataclass(frozen=True)
class Pool:
    """The images to choose from; of equals the first is chosen."""

    scores: Numbers
    """(n,), 0 to 1, higher is better."""
    kinds: npt.NDArray[np.intp]
    """(n,): which capacity each would take."""
    vectors: Vectors | None = None
    """(n, d), of unit length, or 0 where nothing is known; see `spread`. Not needed for a diversity of 0."""

    def average_gain(self, supply: int) -> float:
        """The function of that name, of these vectors."""
        return _gain_among(self._directions, supply)

    @cached_property
    def _directions(self) -> float:
        return 0.0 if self.vectors is None else _directions(self.vectors)


def spread(vectors: Vectors) -> Vectors:
    """Unit vectors (n, d) as directions from their mean: what all have in common says nothing of their differences."""
    known = np.any(vectors != 0, axis=1)
    if not known.any():
        return vectors
    apart = np.where(known[:, None], vectors - vectors[known].mean(axis=0), np.float32(0))
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(np.divide(apart, lengths, out=np.zeros_like(apart), where=lengths > 1e-6))


def average_gain(vectors: Vectors, supply: int) -> float:
    """g: what an image adds to log det(I + b V V^T) when `supply` fill all directions alike, above 0.

    That is log(1 + b / (1 + b supply / e)), e being the directions there are: (trace C)^2 / trace C^2 of the vectors'
    second moment C, the participation ratio.
    """
    return _gain_among(_directions(vectors), supply)


def _directions(vectors: Vectors) -> float:
    moment = vectors.T @ vectors
    return float(np.trace(moment)) ** 2 / max(float((moment**2).sum()), 1e-12)


def _gain_among(directions: float, supply: int) -> float:
    return float(np.log1p(STRENGTH / (1 + STRENGTH * supply / max(directions, 1.0))))


def worth(pool: Pool, rows: Sequence[int], diversity: float, supply: int) -> float:
    """F of a set of rows, as above, as a choice of `supply`."""
    total = (1 - diversity) * float(pool.scores[list(rows)].sum())
    if pool.vectors is None or not diversity:
        return total
    chosen = pool.vectors[list(rows)].astype(np.float64)
    determinant = np.linalg.slogdet(np.eye(len(chosen)) + STRENGTH * chosen @ chosen.T)[1]
    return total + diversity * float(determinant) / average_gain(pool.vectors, supply)


@dataclass(frozen=True, slots=True)
class DiverseSet:
    """The chosen rows, in the order of choice, and how far from the best set they can be."""

    rows: list[int]
    worth: float
    """F of them."""
    most: float
    """F of no set with the same capacity is greater: proven for this very pool, and mostly far closer than 1 - 1/e."""

    @property
    def gap(self) -> float:
        """By how much of `most` a better set could be better: 0 (this one is proven to be the best) to 1."""
        return max(0.0, 1 - self.worth / self.most) if self.most > 0 else 0.0


class OvertakenError(ConflictError):
    """A choice was stopped on the way."""

    def __init__(self) -> None:
        super().__init__("another choice was asked for meanwhile", "look at that one")


def choose(
    pool: Pool,
    capacity: Sequence[int],
    diversity: float,
    *,
    locked: Sequence[int] = (),
    picked: Sequence[int] = (),
    overtaken: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> DiverseSet:
    """A good set: the `locked` rows first, then greedily of the `picked`, then of all others.

    Each goes on as long as the kinds have capacity. `capacity` is how many of each kind there are to be, the locked
    among them. `diversity` is 0 (scores only) to 1. Raises OvertakenError as soon as `overtaken` says so.
    """
    left = np.array(capacity, dtype=np.intp)
    gains = _Gains(pool, diversity, left.copy())
    free, first = np.ones(len(pool.scores), dtype=bool), np.zeros(len(pool.scores), dtype=bool)
    first[list(picked)] = True
    chosen: list[int] = []

    def take(row: int) -> None:
        chosen.append(row)
        free[row] = False
        gains.take(row)
        left[pool.kinds[row]] -= 1
        if left[pool.kinds[row]] == 0:
            gains.close(pool.kinds == pool.kinds[row])

    for row in locked:
        take(row)
    for rows in (first, ~first):
        gains.open(rows & free & (left[pool.kinds] > 0))
        while (best := gains.best()) is not None:
            if overtaken():
                raise OvertakenError
            take(best)
            progress(len(chosen), int(sum(capacity)))
    return DiverseSet(chosen, gains.total, max(gains.most, gains.total))


def problem_of(pool: Pool, capacity: Sequence[int], diversity: float) -> Problem:
    """The same choice pair by pair, for the images that the capacity has places for; memory is (n, n)."""
    vectors = np.zeros((len(pool.scores), 0)) if pool.vectors is None else pool.vectors.astype(np.float64)
    there = np.bincount(pool.kinds, minlength=len(capacity))
    return Problem(
        (1 - diversity) * pool.scores,
        pool.kinds,
        tuple(int(count) for count in np.minimum(capacity, there)),
        np.eye(len(vectors)) + STRENGTH * vectors @ vectors.T,
        diversity / pool.average_gain(sum(capacity)) if diversity else 0.0,
    )


def coverage(vectors: Vectors, chosen: Sequence[int]) -> Coverage | None:
    """How well the chosen rows stand for all unit vectors (n, d); None where nothing is chosen or known."""
    known = np.any(vectors != 0, axis=1)
    picked = vectors[[row for row in chosen if known[row]]]
    if not len(picked):
        return None
    rows = np.flatnonzero(known)
    distances = [
        1 - (vectors[rows[start : start + ROWS]] @ picked.T).max(axis=1) for start in range(0, len(rows), ROWS)
    ]
    nearest = np.maximum(np.concatenate(distances), 0)
    return Coverage(float(nearest.max()), float(nearest.mean()))


class _Gains:
    """The gain in F of each row: exact for the rows that are near, upper bounds for the others."""

    def __init__(self, pool: Pool, diversity: float, capacity: npt.NDArray[np.intp]) -> None:
        count, supply = len(pool.scores), int(capacity.sum())
        self._kinds, self._capacity = pool.kinds, capacity
        self._chosen = np.zeros(count, dtype=bool)
        self.total = 0.0
        """F of the chosen."""
        self._quality = (1 - diversity) * pool.scores
        self._vectors = pool.vectors if diversity else None
        self._weight = 0.0 if self._vectors is None else diversity / pool.average_gain(supply)
        width = 0 if self._vectors is None else self._vectors.shape[1]
        self._inverse = _Inverse(width)
        self._left = np.zeros(count) if self._vectors is None else (self._vectors**2).sum(axis=1, dtype=np.float64)
        self._updates = np.zeros((max(BEHIND, supply // SHARE), width), dtype=np.float32)
        self._taken = self._since = 0  # updates that there were, and those before the ones that are kept
        self._seen = np.zeros(count, dtype=np.intp)
        self._bounds = np.full(count, -np.inf)
        self._near = _Near.none()
        self._beyond = -np.inf
        """No open row that is not near adds more."""
        self.most = self._upper_bound()
        """No set that fills the capacity is worth more."""

    def open(self, rows: npt.NDArray[np.bool_]) -> None:
        """These can be chosen, and no others."""
        self._put_back()
        self._bounds = np.where(rows, self._gain(slice(None)), -np.inf)

    def close(self, rows: npt.NDArray[np.bool_]) -> None:
        """These can no longer be chosen."""
        self._bounds[rows] = -np.inf
        self._near.close(rows[self._near.rows])

    def best(self) -> int | None:
        """The open row that adds most, to within SLACK; None if none is open."""
        while (found := self._near.best((1 - SLACK) * self._beyond)) is None:
            self._put_back()
            if not len(self._bounds) or self._bounds.max() == -np.inf:
                return None
            self._look_near()
        return found

    def take(self, row: int) -> None:
        """Choose a row; the gains of the others fall by the square of one product."""
        self._chosen[row], self._bounds[row] = True, -np.inf
        self._near.close(self._near.rows == row)
        self.total += float(self._quality[row])
        if self._vectors is None:
            return
        update, left = self._inverse.take(self._vectors[row].astype(np.float64))
        self.total += self._weight * float(np.log1p(left))
        kept = self._taken - self._since
        self._updates[kept] = update
        self._near.fall(self._updates[kept])
        self._taken += 1
        if kept + 1 >= min(max(BEHIND, self._taken // SHARE), len(self._updates)):
            self._renew_awake()

    def _look_near(self) -> None:
        """Take the rows of the highest bounds, and renew these."""
        cut = np.partition(self._bounds, -NEAR)[-NEAR] if len(self._bounds) > NEAR else -np.inf
        rows = np.flatnonzero(self._bounds >= max(cut, np.finfo(np.float64).min))[:NEAR]
        self._renew(rows)
        vectors = None if self._vectors is None else self._vectors[rows]
        self._near = _Near(rows, self._quality[rows], self._left[rows], vectors, self._weight)
        self._bounds[rows] = -np.inf
        self._beyond = self._bounds.max()

    def _put_back(self) -> None:
        """Let the near rows be like all others."""
        rows = self._near.rows
        self._bounds[rows], self._left[rows], self._seen[rows] = self._near.gains, self._near.left, self._taken
        self._near = _Near.none()

    def _renew_awake(self) -> None:
        """Renew the bounds that may soon be the highest, and forget the updates."""
        self._put_back()
        rows = np.flatnonzero(self._bounds >= AWAKE * self._bounds.max(initial=0.0))
        for start in range(0, len(rows), ROWS):
            self._renew(rows[start : start + ROWS])
        self._since = self._taken
        self.most = min(self.most, self._upper_bound())

    def _renew(self, rows: Rows) -> None:
        """Take over all updates; of a row that slept so long that they are no longer kept, what is left is new."""
        if self._vectors is None:
            return
        slept = self._seen[rows] < self._since
        for some, left in ((rows[slept], self._left_anew), (rows[~slept], self._left_after)):
            if len(some):
                self._left[some] = left(some, self._vectors[some])
        self._seen[rows] = self._taken
        self._bounds[rows] = np.where(self._bounds[rows] > -np.inf, self._gain(rows), -np.inf)

    def _left_anew(self, _: Rows, vectors: Vectors) -> Numbers:
        return np.asarray(np.vecdot(vectors @ self._inverse.matrix.astype(np.float32), vectors), dtype=np.float64)

    def _left_after(self, rows: Rows, vectors: Vectors) -> Numbers:
        products = vectors @ self._updates[: self._taken - self._since].T
        products[np.arange(self._since, self._taken) < self._seen[rows][:, None]] = 0
        return np.asarray(self._left[rows] - np.vecdot(products, products))

    def _upper_bound(self) -> float:
        """F of the chosen, and of each kind the greatest gains that its whole capacity could bring.

        As F is monotone and submodular, no set is worth more (Nemhauser, Wolsey and Fisher 1978), after whichever
        choices this is asked.
        """
        gains = np.where(self._chosen, 0.0, self._gain(slice(None)))
        left = [(kind, capacity) for kind, capacity in enumerate(self._capacity) if capacity > 0]
        return self.total + sum(_sum_of_greatest(gains[self._kinds == kind], capacity) for kind, capacity in left)

    def _gain(self, rows: Rows | slice) -> Numbers:
        return _gain(self._quality[rows], self._left[rows], self._weight)


class _Near:
    """Some rows, open ones at first, whose gains are kept exact."""

    def __init__(self, rows: Rows, quality: Numbers, left: Numbers, vectors: Vectors | None, weight: float) -> None:
        self.rows, self.left = rows, left
        self._quality, self._vectors, self._weight = quality, vectors, weight
        self.gains = _gain(quality, left, weight)

    @classmethod
    def none(cls) -> _Near:
        """No rows at all."""
        return cls(np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0), None, 0.0)

    def best(self, least: float) -> int | None:
        """The row that adds most, if it is open and adds so much."""
        place = int(np.argmax(self.gains)) if len(self.gains) else -1
        if place < 0 or self.gains[place] == -np.inf or self.gains[place] < least:
            return None
        return int(self.rows[place])

    def close(self, which: npt.NDArray[np.bool_]) -> None:
        """These places, (n,), can no longer be chosen."""
        self._quality[which] = self.gains[which] = -np.inf

    def fall(self, update: Vectors) -> None:
        """Take over that a row was chosen."""
        if self._vectors is not None:
            self.left -= np.vecdot(self._vectors, update) ** 2  # unlike @ it wakes no threads, which costs more
            self.gains = _gain(self._quality, self.left, self._weight)


class _Inverse:
    """(I + b times the sum of v v^T over the chosen)^-1, by the updates of Sherman and Morrison."""

    def __init__(self, width: int) -> None:
        self._matrix = np.eye(width)
        self._updates = np.zeros((FOLDED, width))
        self._count = 0

    def take(self, vector: Numbers) -> tuple[Numbers, float]:
        """Add a vector, (d,): what is taken from the inverse, as the u of u u^T, and b v^T M v, with M from before."""
        updates = self._updates[: self._count]
        along = np.vecdot(self._matrix, vector) - (updates @ vector) @ updates
        left = STRENGTH * max(float(vector @ along), 0.0)
        along *= np.sqrt(STRENGTH / (1 + left))
        self._updates[self._count] = along
        self._count += 1
        if self._count == FOLDED:
            self._fold()
        return along, left

    @property
    def matrix(self) -> Numbers:
        """All of it, (d, d)."""
        self._fold()
        return self._matrix

    def _fold(self) -> None:
        updates = self._updates[: self._count]
        self._matrix -= updates.T @ updates
        self._count = 0


def _gain(quality: Numbers, left: Numbers, weight: float) -> Numbers:
    return np.asarray(quality + weight * np.log1p(STRENGTH * np.maximum(left, 0))) if weight else quality.copy()


def _sum_of_greatest(values: Numbers, count: int) -> float:
    rest = len(values) - count
    return float((np.partition(values, rest)[rest:] if rest > 0 else values).sum())
