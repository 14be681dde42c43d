"""Neighbours by vector: which pictures are near which.

Pure: arrays in, pairs out. The search is exact and goes tile by tile, so that no matrix of all pairs ever exists. It is
incremental by its shape: each picture is compared with those before it, so that to search all of a set is to search
its pictures one block after another, and a picture that comes later costs one query.

A tile only proposes; the distance of each pair that is kept is worked out on its own (`cosine`). It therefore does not
depend on the size of the tiles, on the number of threads or on what else was compared. In large searches a tile is
first one of short forms, whose products no cosine exceeds, and the few pairs that these leave are looked up.
"""

from __future__ import annotations

import numpy as np

from collection.judge.duplicates.cosine import Singles, Vectors, pair_distances, unit
from collection.judge.duplicates.pairs import TOP, Floats, NeighbourPairs, Rows, TopNeighbours, joined, masked
from collection.judge.duplicates.short_forms import LOOKED_UP, short_forms

QUERIES, COLUMNS = 1024, 4096
"""Vectors of one tile: a product of 16 MiB."""
_PAIRS = 1024
"""Pairs looked up at once: vectors that fit a cache."""
_SLACK = 2e-5
"""More than what a float32 product of unit vectors is off by."""


def near_vectors(
    queries: Vectors, others: Vectors, radius: float | Floats, *, before: Rows | None = None, top: int = TOP
) -> NeighbourPairs:
    """For each vector (m, d) the nearest `top` of others (n, d) that are within a distance (one, or one a query).

    With `before` (m,) a query is compared with so many of the others only, the first. Half precision is widened tile
    by tile; lengths do not matter.
    """
    wanted = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(queries))
    counts = np.full(len(queries), len(others)) if before is None else before
    search = _Search(queries, others, wanted, counts, top)
    return joined([search.block(slice(start, start + QUERIES)) for start in range(0, len(queries), QUERIES)])


class _Search:
    """What all blocks of queries share."""

    def __init__(self, queries: Vectors, others: Vectors, radius: Floats, counts: Rows, top: int) -> None:
        self._queries, self._others, self._radius, self._counts, self._top = queries, others, radius, counts, top
        self._forms = short_forms(queries, others, float(1 - radius.max(initial=0.0) - _SLACK))
        self._widen = np.asarray if _are_unit(others) else unit
        self._product = np.empty((QUERIES, COLUMNS), dtype=np.float32)

    def block(self, rows: slice) -> NeighbourPairs:
        """The neighbours of these queries."""
        radius, counts = self._radius[rows], self._counts[rows]
        best, block = TopNeighbours(1 - radius - _SLACK, self._top), unit(self._queries[rows])
        end = int(counts.max(initial=0))
        for start in range(0, end, COLUMNS):
            columns = slice(start, min(end, start + COLUMNS))
            if self._forms is None or not self._look_up(best, block, rows, columns):
                cosines = self._multiplied(block, self._widen(self._others[columns]))
                best.offer(masked(cosines, start, counts), start)
        found, others, truncated_at = best.rows()
        distances = pair_distances(self._queries[rows], self._others, found, others)  # as given, so that orders agree
        keep = distances <= radius[found]
        truncated = np.where(np.isfinite(truncated_at), 1 - truncated_at - _SLACK, np.inf)
        return NeighbourPairs(
            found[keep] + rows.start, others[keep], distances[keep], np.zeros(int(keep.sum()), np.uint8), truncated
        )

    def _look_up(self, best: TopNeighbours, block: Singles, rows: slice, columns: slice) -> bool:
        """Take what is near of a tile by its short forms; False, and nothing is taken, where they leave too much."""
        assert self._forms is not None
        bounds = self._multiplied(self._forms[0][rows], self._forms[1][columns])
        one, other = best.near(masked(bounds, columns.start, self._counts[rows]))
        if len(one) * LOOKED_UP > bounds.size:
            return False
        other = other + columns.start
        for start in range(0, len(one), _PAIRS):
            rows_of, columns_of = one[start : start + _PAIRS], other[start : start + _PAIRS]
            tile = self._widen(self._others[columns_of])
            best.take(rows_of, columns_of, np.einsum("nd,nd->n", block[rows_of], tile))
        return True

    def _multiplied(self, block: Singles, tile: Singles) -> Singles:
        product = self._product[: len(block)]
        return np.matmul(block, tile.T, out=product if len(tile) == COLUMNS else None)


def _are_unit(vectors: Vectors) -> bool:
    """Whether they need not be widened or scaled tile by tile: single precision, of length 1 to a millionth."""
    if vectors.dtype != np.float32:
        return False
    squares = np.einsum("nd,nd->n", vectors, vectors)
    return bool(np.abs(squares - 1).max(initial=0.0) < 2e-6)
