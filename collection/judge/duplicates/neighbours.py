"""Neighbours by vector: which pictures are near which.

Pure: arrays in, pairs out. The search is exact and goes tile by tile, so that no matrix of all pairs ever exists. It is
incremental by its shape: each picture is compared with those before it, so that to search all of a set is to search
its pictures one block after another, and a picture that comes later costs one query.

A tile only proposes; the distance of each pair that is kept is worked out on its own in double precision and rounded to
a millionth. It therefore does not depend on the size of the tiles, on the number of threads or on what else was
compared, and a threshold draws the same line through every search.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.pairs import TOP, Floats, Found, Nearest, Rows, joined, masked

Vectors = npt.NDArray[np.float32] | npt.NDArray[np.float16]

DIGITS = 6
"""Decimals of a cosine distance."""
QUERIES, COLUMNS = 1024, 4096
"""Vectors of one tile: a product of 16 MiB."""
_SLACK = 2e-5
"""More than what a float32 product of unit vectors is off by."""


def limit(cosine: float) -> float:
    """The distance that a cosine threshold stands for."""
    return round(1 - cosine, DIGITS)


def cosine_distances(one: Vectors, other: Vectors) -> Floats:
    """1 - cosine of vectors (n, d) row by row, in double precision, to a millionth; never below 0."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", first, first) * np.einsum("nd,nd->n", second, second))
    cosines = np.einsum("nd,nd->n", first, second) / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.maximum(0.0, np.round(1 - cosines, DIGITS)))


def near_vectors(
    queries: Vectors, others: Vectors, within: float | Floats, *, before: Rows | None = None, top: int = TOP
) -> Found:
    """For each vector (m, d) the nearest `top` of others (n, d) that are within a distance (one, or one a query).

    With `before` (m,) a query is compared with so many of the others only, the first. Half precision is widened tile
    by tile; lengths do not matter.
    """
    wanted = np.broadcast_to(np.asarray(within, dtype=np.float64), len(queries))
    widen = np.asarray if _are_unit(others) else unit
    parts = [
        _near_block(queries, others, wanted, before, top, slice(start, start + QUERIES), widen)
        for start in range(0, len(queries), QUERIES)
    ]
    return joined(parts)


def _are_unit(vectors: Vectors) -> bool:
    """Whether they need not be widened or scaled tile by tile: single precision, of length 1 to a millionth."""
    if vectors.dtype != np.float32:
        return False
    squares = np.einsum("nd,nd->n", vectors, vectors)
    return bool(np.abs(squares - 1).max(initial=0.0) < 2e-6)


def _near_block(
    queries: Vectors, others: Vectors, within: Floats, before: Rows | None, top: int, rows: slice,
    widen: Callable[[Vectors], npt.NDArray[np.float32]],
) -> Found:  # fmt: skip
    block = unit(queries[rows])
    counts = np.full(len(block), len(others)) if before is None else before[rows]
    best = Nearest(1 - within[rows] - _SLACK, top)
    product = np.empty((len(block), COLUMNS), dtype=np.float32)
    end = int(counts.max(initial=0))
    for start in range(0, end, COLUMNS):
        tile = widen(others[start : min(end, start + COLUMNS)])
        cosines = np.matmul(block, tile.T, out=product if len(tile) == COLUMNS else None)
        best.offer(masked(cosines, start, counts), start)
    found, columns, cut = best.rows()
    distances = pair_distances(queries[rows], others, found, columns)  # as given, so that both orders agree
    keep = distances <= within[rows][found]
    cuts = np.where(np.isfinite(cut), 1 - cut - _SLACK, np.inf)
    return Found(
        found[keep] + rows.start, columns[keep], distances[keep], np.zeros(int(keep.sum()), dtype=bool), cuts
    )  # fmt: skip


def pair_distances(block: Vectors, others: Vectors, rows: Rows, columns: Rows, most: int = 8192) -> Floats:
    """`cosine_distances` of rows of one array and rows of another, `most` pairs at a time."""
    parts = [
        cosine_distances(block[rows[start : start + most]], others[columns[start : start + most]])
        for start in range(0, len(rows), most)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def unit(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Vectors (n, d) in single precision and of length 1."""
    wide = np.asarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", wide, wide))[:, None]
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), dtype=np.float32)
