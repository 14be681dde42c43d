"""The search among more pictures than can all be compared: FAISS proposes, exact distances decide.

An inverted file (J. Sivic and A. Zisserman, "Video Google", 2003; Johnson, Douze and Jegou, "Billion-scale similarity
search with GPUs", 2017): the vectors are shared out among cells around centres, and each query looks into the nearest
cells only. Which pairs are missed depends on the centres, and those on the set, the seed, the FAISS build and, in the
last digits of its sums, the number of threads. So FAISS promises one answer for one machine only, and the share that
was found is measured each time. No pair that is found is wrong: distances are worked out as in the exact
search.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collection.errors import UsageError
from collection.judge.duplicates.cosine import Vectors, pair_distances, unit
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import TOP, NeighbourPairs, Rows

SEED = 0
CELLS_LOOKED_INTO = 16
"""Of as many cells as four times the root of the number of vectors."""
SAMPLE = 1000
"""Pictures of which every neighbour is worked out to measure what was found."""
_BLOCK = 16_384
_TRAINED_ON = 64
"""Vectors a cell from which the centres are found."""


def near_vectors_large(
    vectors: Vectors, start: int, radius: float, *, seed: int = SEED, top: int = TOP
) -> NeighbourPairs:
    """The neighbours of the rows from `start` on among all of vectors (n, d), as `near_vectors` numbers them.

    `queries` count from `start`; of a pair the later row is the query. Raises UsageError where FAISS is missing.
    """
    index = _index(_faiss(), vectors, seed)
    queries, others, truncated_at = [], [], []
    for first in range(start, len(vectors), _BLOCK):
        block = unit(vectors[first : first + _BLOCK])
        cosines, found = index.search(block, top + 2)  # itself, and the first that has no place
        rows = np.repeat(np.arange(first, first + len(block)), top + 2).reshape(found.shape)
        found = np.where(found == rows, -1, found)
        near = (found >= 0) & (1 - cosines <= radius + 1e-5)
        crowded = np.count_nonzero(near, axis=1) > top
        truncated_at.append(np.where(crowded, 1 - cosines[:, -1] - 1e-5, np.inf))
        queries.append(rows[near])
        others.append(found[near])
    return _pairs(vectors, start, radius, np.concatenate(queries), np.concatenate(others), np.concatenate(truncated_at))


def _pairs(
    vectors: Vectors, start: int, radius: float, one: Rows, other: Rows, truncated_at: Any
) -> NeighbourPairs:  # fmt: skip
    both = np.unique(np.stack([np.maximum(one, other), np.minimum(one, other)], axis=1), axis=0)
    distances = pair_distances(vectors, vectors, both[:, 0], both[:, 1])
    keep = distances <= radius
    later, earlier = both[keep].T
    return NeighbourPairs(
        later - start, earlier, distances[keep], np.zeros(len(later), dtype=np.uint8), truncated_at.astype(np.float64)
    )


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise UsageError(
            "so many images are searched for duplicates with FAISS, which is not installed",
            "pip install 'nft-collection[large]', or raise exact_up_to in [dedupe] and wait for every pair",
        ) from error
    return faiss


def _index(faiss: Any, vectors: Vectors, seed: int) -> Any:
    """Half precision, in cells whose centres come from a sample."""
    count, width = vectors.shape
    cells = max(1, min(int(4 * count**0.5), count // 40))
    index = faiss.index_factory(width, f"IVF{cells},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = min(cells, CELLS_LOOKED_INTO)
    index.cp.seed, index.cp.spherical, index.cp.max_points_per_centroid = seed, True, _TRAINED_ON
    sample = np.random.default_rng(seed).permutation(count)[: cells * _TRAINED_ON]
    index.train(unit(vectors[np.sort(sample)]))
    for first in range(0, count, _BLOCK):
        index.add(unit(vectors[first : first + _BLOCK]))
    return index


def measured_recall(
    vectors: Vectors,
    start: int,
    radius: float,
    found: NeighbourPairs,
    *,
    sample: int = SAMPLE,
    seed: int = SEED,
    top: int = TOP,
) -> tuple[float | None, int]:
    """(share, rows): what was found of the `top` nearest within the distance of a random sample of the searched rows.

    The sample is compared with all, exactly. None where it has no neighbour.
    """
    searched = np.arange(start, len(vectors))
    rows = np.sort(np.random.default_rng(seed).choice(searched, min(sample, len(searched)), replace=False))
    truth = near_vectors(vectors[rows], vectors, radius, top=top + 1)
    pairs = np.stack([rows[truth.queries], truth.others], axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if not len(pairs):
        return None, len(rows)
    known = (found.queries + start) * len(vectors) + found.others
    wanted = pairs.max(axis=1) * len(vectors) + pairs.min(axis=1)
    return float(np.isin(wanted, known).mean()), len(rows)
