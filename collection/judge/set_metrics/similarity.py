"""How pictures lie to each other, by their vectors alone: style consistency, novelty, the nearest of others.

Pure: unit vectors in, numbers out. The search is exact and blocked, so that no matrix of all pairs ever exists.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from collection.values import Progress, silent

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

NEIGHBOURS = 10
"""Nearest others over which a distance is averaged: one of them may be a near-duplicate and says little."""
_QUERIES, _COLUMNS = 1024, 4096
"""Vectors of one tile: 16 MB of cosines."""
_BLOCK_ELEMENTS = 1 << 22
"""Pairs looked at together: 16 MB of cosines."""


def distance_to_nearest(
    vectors: Vectors, others: Vectors | None = None, neighbours: int = NEIGHBOURS, *, progress: Progress = silent
) -> Vectors:
    """1 - cosine, averaged over the nearest of `others` (m, d), for each of `vectors` (n, d): (n,), 0 to 2.

    Without `others`, over the nearest of the rest of `vectors`. Fewer neighbours where there are no more; NaN where
    there is none. Unary form of the sparseness of novelty search (Lehman and Stanley 2011, "Abandoning Objectives").
    """
    theirs = vectors if others is None else others
    count = min(neighbours, len(theirs) - (others is None))
    if count < 1:
        return np.full(len(vectors), np.nan, np.float32)
    mean = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _QUERIES):
        block = vectors[start : start + _QUERIES]
        best = np.full((len(block), count), -np.inf, np.float32)
        for first in range(0, len(theirs), _COLUMNS):
            cosines = block @ theirs[first : first + _COLUMNS].T
            if others is None:
                itself = np.arange(max(start, first), min(start + len(block), first + cosines.shape[1]))
                cosines[itself - start, itself - first] = -np.inf
            best = _greatest(best, cosines)
        mean[start : start + len(block)] = best.mean(axis=1)
        progress(min(start + _QUERIES, len(vectors)), len(vectors))
    return np.asarray(np.maximum(1 - mean, 0), np.float32)


def _greatest(best: Vectors, tile: Vectors) -> Vectors:
    """The greatest of each row so far (n, count), the least of them first, and those of a tile (n, columns)."""
    count = best.shape[1]
    new = np.flatnonzero(tile > best[:, :1])
    if len(new) > tile.size // 32:
        both = np.concatenate([best, tile], axis=1)
        return np.sort(np.partition(both, -count, axis=1)[:, -count:], axis=1)
    rows = np.concatenate([np.repeat(np.arange(len(best)), count), new // tile.shape[1]])
    values = np.concatenate([best.ravel(), tile.ravel()[new]])
    order = np.lexsort((values, rows))
    last = np.searchsorted(rows[order], np.arange(len(best)), side="right")
    return values[order][last[:, None] + np.arange(-count, 0)]


def most_alike(vectors: Vectors, others: Vectors) -> tuple[Rows, Vectors]:
    """The row of the nearest of `others` (m > 0, d) for each of `vectors` (n, d), and the cosine; both (n,)."""
    rows, cosines = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float32)
    step = max(1, _BLOCK_ELEMENTS // len(others))
    for start in range(0, len(vectors), step):
        found = vectors[start : start + step] @ others.T
        best = found.argmax(axis=1)
        rows[start : start + step] = best
        cosines[start : start + step] = found[np.arange(len(best)), best]
    return rows, cosines


def style_consistency(vectors: Vectors, styles: Sequence[Hashable]) -> tuple[Vectors, Vectors]:
    """How near each of `vectors` (n, d) is to its own style, and how much nearer than to any other: (n,), (n,).

    The first is the cosine, -1 to 1, to the centroid of the others of its style (leave-one-out), NaN where it is the
    only one; the second that cosine minus the greatest to another style's centroid, NaN where there is none.
    """
    names: dict[Hashable, int] = {}
    own = np.array([names.setdefault(style, len(names)) for style in styles], np.int64)
    order = np.argsort(own, kind="stable")
    first = np.searchsorted(own[order], np.arange(len(names)))
    sums = np.add.reduceat(vectors[order], first, axis=0, dtype=np.float64)
    alone = np.bincount(own, minlength=len(names))[own] < 2
    consistency = np.empty(len(vectors), np.float32)
    margin = np.full(len(vectors), np.nan, np.float32)
    centroids, step = _unit(sums).astype(np.float32), max(1, _BLOCK_ELEMENTS // max(1, sums.size))
    for start in range(0, len(vectors), step):
        block, mine = vectors[start : start + step], own[start : start + step]
        consistency[start : start + step] = np.einsum("nd,nd->n", block, _unit(sums[mine] - block))
        if len(names) > 1:
            cosines = block @ centroids.T
            cosines[np.arange(len(block)), mine] = -np.inf
            margin[start : start + step] = consistency[start : start + step] - cosines.max(axis=1)
    consistency[alone] = margin[alone] = np.nan
    return consistency, margin


def _unit(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float64)
