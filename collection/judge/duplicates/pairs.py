"""Pairs of pictures that lie near each other, and the few nearest of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]

TOP = 32
"""Neighbours that are kept of one query, the nearest: of a thousand look-alikes not all million pairs."""


@dataclass(frozen=True, slots=True)
class NeighbourPairs:
    """Pairs (p,): the row of the query, the row of what lies near it, and how far apart they are."""

    queries: Rows
    others: Rows
    distances: Floats
    """1 - cosine, or bits of 64."""
    kinds: Kinds
    """The form of either picture in which they are nearest; see hashes.py. 0 for vectors."""
    truncated_at: Floats
    """(queries,): the distance from which on the `TOP` had no place for neighbours of a query; infinite where none
    was left out."""

    def __len__(self) -> int:
        return len(self.queries)


def joined(parts: Sequence[NeighbourPairs]) -> NeighbourPairs:
    """What the searches of one block of queries after another found, the blocks in order."""
    nothing, none = np.zeros(0, dtype=np.int64), np.zeros(0)
    return NeighbourPairs(
        np.concatenate([nothing, *(part.queries for part in parts)]),
        np.concatenate([nothing, *(part.others for part in parts)]),
        np.concatenate([none, *(part.distances for part in parts)]),
        np.concatenate([none.astype(np.uint8), *(part.kinds for part in parts)]),
        np.concatenate([none, *(part.truncated_at for part in parts)]),
    )


def masked(similarity: npt.NDArray[np.float32], start: int, counts: Rows) -> npt.NDArray[np.float32]:
    """What a query is not to be compared with is made infinitely far."""
    first = max(int(counts.min(initial=start + similarity.shape[1])) - start, 0)
    some = similarity[:, first:]
    some[np.arange(start + first, start + similarity.shape[1]) >= counts[:, None]] = -np.inf
    return similarity


class TopNeighbours:
    """The nearest of each query so far, and the nearest of those that had no place."""

    def __init__(self, least: Floats, top: int) -> None:
        self._least = least.astype(np.float32)
        self._top = top
        self._parts: list[tuple[Rows, Rows, npt.NDArray[np.float32]]] = []
        self._held = 0

    def offer(self, similarity: npt.NDArray[np.float32], start: int) -> None:
        """Take what is near enough from a tile (queries, columns) that begins at column `start`."""
        hit, some, near = self._hit(similarity)
        if not hit.size:
            return
        crowded = np.flatnonzero(np.count_nonzero(near, axis=1) > self._top + 1)
        if crowded.size:
            beyond = -np.partition(-some[crowded], self._top, axis=1)[:, self._top, None]
            near[crowded] &= _first(some[crowded], beyond, self._top + 1)
        rows, columns = np.nonzero(near)
        self.take(hit[rows], columns + start, some[rows, columns])

    def near(self, similarity: npt.NDArray[np.float32]) -> tuple[Rows, Rows]:
        """Row and column of what is near enough in a tile."""
        hit, _, near = self._hit(similarity)
        rows, columns = np.nonzero(near)
        return hit[rows], columns

    def _hit(self, similarity: npt.NDArray[np.float32]) -> tuple[Rows, npt.NDArray[np.float32], Bools]:
        """Rows with anything near enough, what they hold, and which of it that is."""
        hit = np.flatnonzero(similarity.max(axis=1) >= self._least)
        some = similarity[hit]
        return hit, some, some >= self._least[hit, None]

    def take(self, rows: Rows, columns: Rows, values: npt.NDArray[np.float32]) -> None:
        """Take of these pairs, each given once, those that are near enough."""
        near = values >= self._least[rows]
        self._parts.append((rows[near], columns[near], values[near]))
        self._held += int(near.sum())
        if self._held > 4 * (self._top + 1) * len(self._least):
            self._prune()

    def _prune(self) -> None:
        rows, columns, values = self._sorted()
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        keep = place <= self._top
        self._parts = [(rows[keep], columns[keep], values[keep])]
        self._held = int(keep.sum())
        last = place == self._top
        self._least[rows[last]] = np.maximum(self._least[rows[last]], values[last])

    def _sorted(self) -> tuple[Rows, Rows, npt.NDArray[np.float32]]:
        if not self._parts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows, columns, values = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        order = np.lexsort((columns, -values, rows))
        return rows[order], columns[order], values[order]

    def rows(self) -> tuple[Rows, Rows, Floats]:
        """Query and column of each pair, and for each query the nearness of the first that had no place."""
        self._prune()
        rows, columns, values = self._parts[0]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        truncated_at = np.full(len(self._least), -np.inf)
        truncated_at[rows[place == self._top]] = values[place == self._top]
        keep = place < self._top
        return rows[keep], columns[keep], truncated_at


def _first(values: npt.NDArray[np.float32], least: npt.NDArray[np.float32], most: int) -> Bools:
    """The `most` largest of each row, of equal ones the first; `least` (rows, 1) is the smallest of them."""
    above, equal = values > least, values == least
    room = most - above.sum(axis=1, keepdims=True)
    return np.asarray(above | (equal & (np.cumsum(equal, axis=1) <= room)))
