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
images: memory is (n, d) + (d, d). As gains only fall, old ones are upper bounds (Minoux 1978), and few are renewed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.errors import CollectionError

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp] | slice

STRENGTH = 100.0
"""b: an image like none before adds log(1 + b), the twin of the first only log(2), 0.15 of it."""
BEHIND, RENEWED, ROWS = 16, 256, 4096
"""Picks after which all gains are renewed; gains renewed at once between; rows of a block."""
SLACK = 0.01
"""Share of the greatest gain that may be missed among more than RENEWED images; the bounds above fall by it at most."""


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
    """(n,): which room each would take."""
    vectors: Vectors | None = None
    """(n, d), of unit length, or 0 where nothing is known; see `spread`. Not needed for a diversity of 0."""


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
    moment = vectors.T @ vectors
    directions = float(np.trace(moment)) ** 2 / max(float((moment**2).sum()), 1e-12)
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
class Choice:
    """The chosen rows, in the order of choice, and how far from the best set they can be."""

    rows: list[int]
    worth: float
    """F of them."""
    most: float
    """F of no set with the same room is greater: proven for this very pool, and mostly far closer than 1 - 1/e."""

    @property
    def gap(self) -> float:
        """By how much of `most` a better set could be better: 0 (this one is proven to be the best) to 1."""
        return max(0.0, 1 - self.worth / self.most) if self.most > 0 else 0.0


class OvertakenError(CollectionError):
    """A choice was stopped on the way."""

    def __init__(self) -> None:
        super().__init__("another choice was asked for meanwhile", "look at that one")


def choose(
    pool: Pool,
    room: Sequence[int],
    diversity: float,
    *,
    locked: Sequence[int] = (),
    picked: Sequence[int] = (),
    overtaken: Callable[[], bool] = lambda: False,
) -> Choice:
    """A good set: the `locked` rows first, then greedily of the `picked`, then of all others.

    Each goes on as long as the kinds have room. `room` is how many of each kind there are to be, the locked among
    them. `diversity` is 0 (scores only) to 1. Raises OvertakenError as soon as `overtaken` says so.
    """
    left = np.array(room, dtype=np.intp)
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
    return Choice(chosen, gains.total, max(gains.most, gains.total))


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
    """What each row would add to F, kept as upper bounds that are renewed where it matters."""

    def __init__(self, pool: Pool, diversity: float, room: npt.NDArray[np.intp]) -> None:
        count, supply = len(pool.scores), int(room.sum())
        self._kinds, self._room = pool.kinds, room
        self._chosen = np.zeros(count, dtype=bool)
        self.total = 0.0
        """F of the chosen."""
        self._vectors = pool.vectors if diversity else None
        self._weight = 0.0 if self._vectors is None else diversity / average_gain(self._vectors, supply)
        self._quality = (1 - diversity) * pool.scores
        self._open = np.ones(count, dtype=bool)
        width = 0 if self._vectors is None else self._vectors.shape[1]
        self._inverse = np.eye(width)  # of I + b times the sum of v v^T over the chosen
        self._left = np.zeros(count) if self._vectors is None else (self._vectors**2).sum(axis=1, dtype=np.float64)
        self._updates = np.zeros((BEHIND, width), dtype=np.float32)
        self._pending = 0
        self._seen = np.zeros(count, dtype=np.intp)
        self._bounds = self._gain(slice(None))
        self.most = self._upper_bound()
        """No set that fills the room is worth more."""

    def open(self, rows: npt.NDArray[np.bool_]) -> None:
        """These can be chosen, and no others."""
        self._open = rows
        self._bounds = np.where(rows, self._gain(slice(None)), -np.inf)

    def close(self, rows: npt.NDArray[np.bool_]) -> None:
        """These can no longer be chosen."""
        self._open &= ~rows
        self._bounds[rows] = -np.inf

    def best(self) -> int | None:
        """The open row that adds most, None if none is open."""
        while True:
            top = int(np.argmax(self._bounds)) if len(self._bounds) else 0
            if not len(self._bounds) or not self._open[top]:
                return None
            if self._seen[top] == self._pending:
                return top
            rows = self._highest()
            self._renew(rows)
            best = int(rows[np.argmax(self._bounds[rows])])
            if self._bounds[best] >= (1 - SLACK) * self._bounds.max():
                return best

    def take(self, row: int) -> None:
        """Choose a row: Sherman and Morrison's update of the inverse; gains fall by the square of one product."""
        self._open[row], self._bounds[row], self._chosen[row] = False, -np.inf, True
        self.total += float(self._quality[row])
        if self._vectors is None:
            return
        vector = self._vectors[row].astype(np.float64)
        along = self._inverse @ vector
        left = STRENGTH * max(float(vector @ along), 0.0)
        self.total += self._weight * float(np.log1p(left))
        along *= np.sqrt(STRENGTH / (1 + left))
        self._inverse -= np.outer(along, along)
        self._updates[self._pending] = along
        self._pending += 1
        if self._pending == BEHIND:
            for start in range(0, len(self._open), ROWS):
                self._renew(slice(start, start + ROWS))
            self._pending = 0
            self._seen[:] = 0
            self.most = min(self.most, self._upper_bound())

    def _highest(self) -> npt.NDArray[np.intp]:
        if len(self._bounds) <= RENEWED:
            rows = np.flatnonzero(self._open)
        else:
            rows = np.argpartition(self._bounds, -RENEWED)[-RENEWED:]
        return rows[self._open[rows] & (self._seen[rows] < self._pending)]

    def _renew(self, block: Rows) -> None:
        assert self._vectors is not None
        products = self._vectors[block] @ self._updates[: self._pending].T
        fresh = np.arange(self._pending) >= self._seen[block][:, None]
        self._left[block] -= np.einsum("ij,ij->i", products * fresh, products)
        self._seen[block] = self._pending
        self._bounds[block] = np.where(self._open[block], self._gain(block), -np.inf)

    def _upper_bound(self) -> float:
        """F of the chosen, and of each kind the greatest gains that its whole room could bring. As F is monotone and
        submodular, no set is worth more (Nemhauser, Wolsey and Fisher 1978), after whichever choices this is asked."""
        gains = np.where(self._chosen, 0.0, self._gain(slice(None)))
        return self.total + sum(
            _sum_of_greatest(gains[self._kinds == kind], room) for kind, room in enumerate(self._room) if room > 0
        )

    def _gain(self, rows: Rows) -> Numbers:
        if self._vectors is None:
            return np.array(self._quality[rows])
        added = np.log1p(STRENGTH * np.maximum(self._left[rows], 0))
        return np.asarray(self._quality[rows] + self._weight * added)


def _sum_of_greatest(values: Numbers, count: int) -> float:
    rest = len(values) - count
    return float((np.partition(values, rest)[rest:] if rest > 0 else values).sum())
