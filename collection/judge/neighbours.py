"""Neighbours: which pictures are near which, by vector and by hash.

Pure: arrays in, pairs out. The search is exact and goes tile by tile, so that no matrix of all pairs ever exists. It is
incremental by its shape: each picture is compared with those before it, so that to search all of a set is to search
its pictures one block after another, and a picture that comes later costs one query.

A tile only proposes; the distance of each pair that is kept is worked out on its own in double precision and rounded to
a millionth. It therefore does not depend on the size of the tiles, on the number of threads or on what else was
compared, and a threshold draws the same line through every search.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.judge.hashes import hamming

Vectors = npt.NDArray[np.float32] | npt.NDArray[np.float16]
Hashes = npt.NDArray[np.uint64]
"""(n, 2): the hash of each picture and that of its mirror image."""
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOP = 32
"""Neighbours that are kept of one query, the nearest: of a thousand look-alikes not all million pairs."""
DIGITS = 6
"""Decimals of a cosine distance."""
QUERIES, COLUMNS = 1024, 4096
"""Vectors of one tile: a product of 16 MiB."""
_HASHED = 256, 1024
"""Hashes of one tile: small enough to stay in a core's cache."""
_SLACK = 2e-5
"""More than what a float32 product of unit vectors is off by."""
_NOTHING = np.float32(-np.inf)


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs (p,): the row of the query, the row of what lies near it, and how far apart they are."""

    queries: Rows
    others: Rows
    distances: Floats
    """1 - cosine, or bits of 64."""
    mirrored: Bools
    """Whether the one is near the mirror image of the other rather than the other itself; hashes only."""
    cut: Floats
    """(queries,): the distance from which on the `TOP` had no place for neighbours of a query; infinite where none
    was left out."""

    def __len__(self) -> int:
        return len(self.queries)


def limit(cosine: float) -> float:
    """The distance that a cosine threshold stands for."""
    return round(1 - cosine, DIGITS)


def cosine_distances(one: Vectors, other: Vectors) -> Floats:
    """1 - cosine of vectors (n, d) row by row, in double precision, to a millionth; never below 0."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", first, first) * np.einsum("nd,nd->n", second, second))
    cosines = np.einsum("nd,nd->n", first, second) / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.maximum(0.0, np.round(1 - cosines, DIGITS)))


def hash_distances(one: Hashes, other: Hashes) -> tuple[npt.NDArray[np.uint8], Bools]:
    """Bits between pictures (..., 2), element by element (broadcast), and whether the mirror image is the nearer."""
    plain = hamming(one[..., 0], other[..., 0])
    turned = np.minimum(hamming(one[..., 0], other[..., 1]), hamming(one[..., 1], other[..., 0]))
    return np.minimum(plain, turned), np.asarray(turned < plain)


def near_vectors(
    queries: Vectors, others: Vectors, within: float | Floats, *, before: Rows | None = None, top: int = TOP
) -> Found:
    """For each vector (m, d) the nearest `top` of others (n, d) that are within a distance (one, or one a query).

    With `before` (m,) a query is compared with so many of the others only, the first. Half precision is widened tile
    by tile; lengths do not matter.
    """
    wanted = np.broadcast_to(np.asarray(within, dtype=np.float64), len(queries))
    parts = [
        _near_block(queries, others, wanted, before, top, slice(start, start + QUERIES))
        for start in range(0, len(queries), QUERIES)
    ]
    return _joined(parts)


def _near_block(
    queries: Vectors, others: Vectors, within: Floats, before: Rows | None, top: int, rows: slice
) -> Found:  # fmt: skip
    block = unit(queries[rows])
    counts = np.full(len(block), len(others)) if before is None else before[rows]
    best = _Best(1 - within[rows] - _SLACK, top)
    product = np.empty((len(block), COLUMNS), dtype=np.float32)
    end = int(counts.max(initial=0))
    for start in range(0, end, COLUMNS):
        tile = unit(others[start : min(end, start + COLUMNS)])
        cosines = np.matmul(block, tile.T, out=product if len(tile) == COLUMNS else None)
        best.offer(_masked(cosines, start, counts), start)
    found, columns, cut = best.rows()
    distances = pair_distances(block, others, found, columns)
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


def near_hashes(
    queries: Hashes, others: Hashes, within: int, *, before: Rows | None = None, top: int = TOP
) -> Found:  # fmt: skip
    """For each picture the nearest `top` of others within so many bits, as it is or mirrored; else as near_vectors."""
    height, width = _HASHED

    def search(start: int) -> Found:
        rows = slice(start, start + height)
        block = queries[rows]
        counts = np.full(len(block), len(others)) if before is None else before[rows]
        best = _Best(np.full(len(block), -float(within)), top)
        end = int(counts.max(initial=0))
        for first in range(0, end, width):
            bits = _least_bits(block, others[first : min(end, first + width)])
            if bits.min() <= within:
                best.offer(_masked(-bits.astype(np.float32), first, counts), first)
        found, columns, cut = best.rows()
        distances, mirrored = hash_distances(block[found], others[columns])
        return Found(found + start, columns, distances.astype(np.float64), mirrored, -cut)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return _joined(list(pool.map(search, range(0, len(queries), height))))


def _least_bits(block: Hashes, tile: Hashes) -> npt.NDArray[np.uint8]:
    """(rows, columns): as hash_distances, in the cache."""
    mixed = np.empty((len(block), len(tile)), dtype=np.uint64)
    least, bits = np.empty(mixed.shape, dtype=np.uint8), np.empty(mixed.shape, dtype=np.uint8)
    np.bitwise_count(np.bitwise_xor(block[:, :1], tile[:, 0], out=mixed), out=least)
    for mine, theirs in ((0, 1), (1, 0)):
        np.bitwise_count(np.bitwise_xor(block[:, mine, None], tile[:, theirs], out=mixed), out=bits)
        np.minimum(least, bits, out=least)
    return least


def _masked(nearness: npt.NDArray[np.float32], start: int, counts: Rows) -> npt.NDArray[np.float32]:
    """What a query is not to be compared with is made infinitely far."""
    if start + nearness.shape[1] > counts.min():
        nearness[np.arange(start, start + nearness.shape[1]) >= counts[:, None]] = _NOTHING
    return nearness


class _Best:
    """The nearest of each query so far, and the nearest of those that had no place."""

    def __init__(self, least: Floats, top: int) -> None:
        self._least = least.astype(np.float32)
        self._top = top
        self._parts: list[tuple[Rows, Rows, npt.NDArray[np.float32]]] = []
        self._held = 0

    def offer(self, nearness: npt.NDArray[np.float32], start: int) -> None:
        """Take what is near enough from a tile (queries, columns) that begins at column `start`."""
        hit = np.flatnonzero(nearness.max(axis=1) >= self._least)
        if not hit.size:
            return
        some = nearness[hit]
        near = some >= self._least[hit, None]
        crowded = np.flatnonzero(np.count_nonzero(near, axis=1) > self._top + 1)
        if crowded.size:
            beyond = -np.partition(-some[crowded], self._top, axis=1)[:, self._top, None]
            near[crowded] &= _first(some[crowded], beyond, self._top + 1)
        rows, columns = np.nonzero(near)
        self._parts.append((hit[rows], columns + start, some[rows, columns]))
        self._held += len(rows)
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
        cut = np.full(len(self._least), -np.inf)
        cut[rows[place == self._top]] = values[place == self._top]
        keep = place < self._top
        return rows[keep], columns[keep], cut


def _first(values: npt.NDArray[np.float32], least: npt.NDArray[np.float32], most: int) -> Bools:
    """The `most` largest of each row, of equal ones the first; `least` (rows, 1) is the smallest of them."""
    above, equal = values > least, values == least
    room = most - above.sum(axis=1, keepdims=True)
    return np.asarray(above | (equal & (np.cumsum(equal, axis=1) <= room)))


def _joined(parts: Sequence[Found]) -> Found:
    nothing, none = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Found(
        np.concatenate([nothing, *(part.queries for part in parts)]),
        np.concatenate([nothing, *(part.others for part in parts)]),
        np.concatenate([none, *(part.distances for part in parts)]),
        np.concatenate([none.astype(bool), *(part.mirrored for part in parts)]),
        np.concatenate([none, *(part.cut for part in parts)]),
    )
