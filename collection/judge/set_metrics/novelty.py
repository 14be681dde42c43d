"""Novelty: how far an image lies from those that are most like it.

The search is exact and blocked, so that no matrix of all pairs ever exists.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfSet
from collection.judge.set_metrics.image_set import BUILT_IN
from collection.values import Progress, silent

Vectors = npt.NDArray[np.float32]

NEIGHBOURS = 10
"""Nearest others over which a distance is averaged: one of them may be a near-duplicate and says little."""
_QUERIES, _COLUMNS = 1024, 4096
"""Vectors of one tile: 16 MB of cosines."""


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


NOVELTY = Metric(
    name="novelty",
    range=(0, 2),
    better="neither",
    says="The mean distance (1 - cosine) to the ten most similar other images of the set.",
    source="The sparseness of novelty search: Lehman and Stanley 2011, Abandoning Objectives: Evolution Through the "
    "Search for Novelty Alone",
    limits="A broken or empty image is very novel. Changes with every image of the set; numbers of two encoders are "
    "not comparable.",
    computed=OfSet(lambda images: distance_to_nearest(images.vectors, progress=images.progress)),
    identity=BUILT_IN,
)
