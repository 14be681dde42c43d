"""t-SNE (van der Maaten and Hinton 2008): places on a plane at which neighbours stay neighbours.

The attraction goes along the nearest neighbours; the repulsion of all others is a convolution on a grid, by FFT, after
Linderman and others ("Fast interpolation-based t-SNE", 2019), with linear interpolation. It begins at the principal
components (Kobak and Berens 2019), so that the whole keeps its shape and the same vectors give the same places.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import fft, sparse

from collection.curate.projection.nearest import nearest
from collection.curate.projection.principal import Points

PERPLEXITY, NEIGHBOURS = 10, 30
"""How many neighbours count, softly, and how many are looked at."""
EARLY, STEPS = 50, 150
"""Steps with exaggerated attraction, and all steps."""
EXAGGERATION = 12.0
LONGEST, SLOWEST = np.float32(5), 5.0
"""Length of a step at most, and the rate of learning at least."""
FEW = 600
"""Points up to which the repulsion of every pair is worked out, without a grid."""
FINEST, COARSEST = 256, 48
"""Cells of a side of the grid."""
CELL = 1.0
"""Length of a cell's side, in the plane's own unit, where FINEST allows it."""
Progress = Callable[[int, int], None]


def tsne(points: Points, start: Points, progress: Progress) -> Points:
    """Places (n, 2) of points (n, d); `start` (n, 2) says where they begin. n is 3 or more."""
    near = _affinities(points)
    count = len(points)
    places = (start / max(float(start[:, 0].std()), 1e-12) * 0.1).astype(np.float32)
    velocity, gains = np.zeros_like(places), np.ones_like(places)
    rate = np.float32(4 * max(count / EXAGGERATION, SLOWEST))
    repulsion = _repulsion if count <= FEW else _Grid().repulsion
    for step in range(STEPS):
        early = step < EARLY
        slope = _attraction(near, places) * (EXAGGERATION if early else 1.0) - repulsion(places)
        same = np.sign(slope) == np.sign(velocity)
        gains = np.maximum(np.where(same, gains * 0.8, gains + 0.2), 0.01).astype(np.float32)
        velocity = (0.5 if early else 0.8) * velocity - rate * gains * slope.astype(np.float32)
        length = np.hypot(velocity[:, 0], velocity[:, 1])
        velocity *= np.minimum(1, LONGEST / np.maximum(length, 1e-12))[:, None]  # none is thrown out of the plane
        places += velocity
        places -= places.mean(axis=0)
        progress(step + 1, STEPS)
    return places


def _affinities(points: Points) -> sparse.csr_array:
    """How much each point is to stay with each of its neighbours: (n, n), symmetric, 1 in all."""
    count = len(points)
    rows, far = nearest(points, points, min(NEIGHBOURS + 1, count))
    far = np.where(rows == np.arange(count)[:, None], np.inf, far)  # nobody is their own neighbour
    shares = _perplexed(far, np.log(min(PERPLEXITY, (rows.shape[1] - 1) / 1.2)))
    starts = np.arange(0, rows.size + 1, rows.shape[1])
    found = sparse.csr_array((shares.ravel(), rows.ravel(), starts), shape=(count, count))
    joined = sparse.csr_array(found + found.T)
    joined.setdiag(0)
    joined.eliminate_zeros()
    joined.data /= joined.data.sum()
    return joined


def _perplexed(far: Points, entropy: float) -> Points:
    """Gaussian shares (n, k) of squared distances, of widths that give each row that entropy, by bisection."""
    far = far - far.min(axis=1, keepdims=True)
    scale = np.where(np.isfinite(far), far, 0).mean(axis=1, keepdims=True) + 1e-12
    low, high = np.zeros_like(scale), np.full_like(scale, np.inf)
    width = 1 / scale
    for _ in range(40):
        weights = np.exp(-far * width)
        total = weights.sum(axis=1, keepdims=True)
        shares = weights / total
        found = np.log(total) + width * (np.where(np.isfinite(far), far, 0) * shares).sum(axis=1, keepdims=True)
        wide = found > entropy
        low, high = np.where(wide, width, low), np.where(wide, high, width)
        width = np.where(np.isinf(high), width * 2, (low + high) / 2)
    return np.asarray(shares, dtype=np.float32)


def _attraction(near: sparse.csr_array, places: Points) -> Points:
    """Where neighbours pull: (n, 2)."""
    x, y = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
    counts = np.diff(near.indptr)
    across = np.repeat(x, counts) - x[near.indices]
    down = np.repeat(y, counts) - y[near.indices]
    pull = near.data / (1 + across * across + down * down)
    starts = np.minimum(near.indptr[:-1], max(0, near.nnz - 1))
    sums = np.stack([np.add.reduceat(pull * across, starts), np.add.reduceat(pull * down, starts)], axis=1)
    sums[counts == 0] = 0
    return np.asarray(sums)


def _repulsion(places: Points) -> Points:
    """Where all others push: (n, 2), pair by pair."""
    apart = places[:, None] - places[None]
    near = 1 / (1 + np.einsum("nmd,nmd->nm", apart, apart))
    return np.asarray(np.einsum("nm,nmd->nd", near * near, apart) / max(float(near.sum()) - len(places), 1e-12))


class _Grid:
    """The plane in cells, and what a point in one does to all others, transformed once a size."""

    def __init__(self) -> None:
        self._cells, self._step = 0, 0.0
        self._kernels: npt.NDArray[np.complex64] = np.zeros((2, 0, 0), np.complex64)

    def repulsion(self, places: Points) -> Points:
        """Where all others push: (n, 2)."""
        low = places.min(axis=0)
        extent = float((places.max(axis=0) - low).max())
        self._fit(extent)
        cells, size = self._cells, 2 * self._cells
        at = (places - low) / self._step
        corner = np.minimum(at.astype(np.int64), cells - 2)
        rest = (at - corner).astype(np.float32)
        weights = [(1 - rest[:, 0], rest[:, 0]), (1 - rest[:, 1], rest[:, 1])]
        corners = [
            ((corner[:, 0] + right) * cells + corner[:, 1] + down, weights[0][right] * weights[1][down])
            for right in (0, 1)
            for down in (0, 1)
        ]
        charges = np.zeros((3, size, size), np.float32)
        for place, weight in corners:
            for layer, charge in zip(charges, (weight, weight * places[:, 0], weight * places[:, 1]), strict=True):
                layer[:cells, :cells] += np.bincount(place, charge, cells * cells).reshape(cells, cells)
        moved = fft.rfft2(charges)
        wanted = np.concatenate([self._kernels[:1] * moved[:1], self._kernels[1] * moved])
        field = fft.irfft2(wanted, s=(size, size))[:, :cells, :cells].reshape(4, -1)
        one, two, across, down = (sum(weight * layer[place] for place, weight in corners) for layer in field)
        total = max(float(np.sum(one)) - len(places), 1e-12)
        found = np.stack([places[:, 0] * two - across, places[:, 1] * two - down], axis=1) / total
        return np.asarray(found, np.float32)

    def _fit(self, extent: float) -> None:
        """Cells that hold the extent; they change in leaps, as the kernels then must be transformed again."""
        room = self._step * (self._cells - 2)
        if self._cells and room * 0.6 < extent <= room:
            return
        wanted = extent * 1.25
        self._cells = int(min(FINEST, max(COARSEST, fft.next_fast_len(int(wanted / CELL) + 2, real=True))))
        self._step = max(wanted, 1e-6) / (self._cells - 2)
        size = 2 * self._cells
        line = (np.minimum(np.arange(size), size - np.arange(size)) * self._step) ** 2
        near = 1 / (1 + line[:, None] + line[None, :])
        self._kernels = fft.rfft2(np.stack([near, near * near]).astype(np.float32))
