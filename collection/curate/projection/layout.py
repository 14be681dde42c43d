"""Maps: where each image is on a plane by its vector, and which images are alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import kmeans2

from collection.curate.projection.nearest import nearest
from collection.curate.projection.principal import Points
from collection.curate.projection.tsne import Progress, tsne

KEPT = 50
"""Principal components of the vectors that all of it goes by."""
BESIDE = 5
"""Neighbours between which a new image is placed."""
FEWEST, MOST, SAMPLE = 3, 24, 4000
"""Clusters, and the images by which their middles are found."""


def lay_out(points: Points, method: str, progress: Progress) -> Points:
    """Places (n, 2) in the unit square of images by their principal components (n, k): the same give the same.

    `method` is one of METHODS; fewer than three images stand in a row.
    """
    if len(points) < 3:
        return np.linspace(0.25, 0.75, len(points), dtype=np.float32)[:, None].repeat(2, axis=1)
    start = np.pad(points[:, :2], ((0, 0), (0, max(0, 2 - points.shape[1]))))
    places = tsne(points, start, progress) if method == "tsne" and len(points) > BESIDE else start
    low, high = places.min(axis=0), places.max(axis=0)
    extent = max(float((high - low).max()), 1e-12)
    return np.asarray((places - (low + high) / 2) / extent * 0.96 + 0.5, dtype=np.float32)


def lay_beside(known: Points, places: Points, new: Points) -> Points:
    """Places (m, 2) of new images (m, k) among known ones (n, k) with their places (n, 2): between the nearest, and
    nearer to the more alike."""
    rows, far = nearest(new, known, BESIDE)
    weights = 1 / (far + 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("mk,mkd->md", weights, places[rows]), dtype=np.float32)


def clusters(points: Points) -> npt.NDArray[np.int64]:
    """The cluster (n,) of each image (n, k), by k-means from a fixed start; numbered by size, the largest first."""
    count = int(np.clip(np.sqrt(len(points)) / 4, FEWEST, MOST))
    if len(points) <= count:
        return np.zeros(len(points), dtype=np.int64)
    sample = points[:: max(1, len(points) // SAMPLE)]
    centres, _ = kmeans2(sample, count, iter=10, minit="++", rng=np.random.default_rng(0), missing="warn")
    found = nearest(points, centres.astype(np.float32), 1)[0][:, 0]
    sizes = np.bincount(found, minlength=count)
    return np.asarray(np.argsort(np.argsort(-sizes, kind="stable"))[found])
