"""Principal components: the directions in which vectors differ most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]

MORE, POWERS = 10, 5
"""Directions beyond those that are wanted, and how often all are turned towards the greatest variance."""


def principal(vectors: Points, dimensions: int) -> Points:
    """Vectors (n, d) by their first principal components: (n, k), centred, greatest variance first.

    k is `dimensions`, or d or n where these are fewer. By subspace iteration from a fixed start (Halko, Martinsson and
    Tropp 2011); the sign of a component is such that its largest weight is positive: the same vectors give the same.
    """
    centred = vectors - vectors.mean(axis=0)
    count, size = centred.shape
    kept, tried = min(dimensions, size, count), min(dimensions + MORE, size, count)
    basis = np.random.default_rng(0).normal(size=(size, tried)).astype(np.float32)
    for _ in range(POWERS):
        basis = _upright(centred.T @ (centred @ basis))
    seen = centred @ basis
    turns = np.linalg.eigh((seen.T @ seen).astype(np.float64))[1][:, ::-1][:, :kept].astype(np.float32)
    axes = basis @ turns
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(kept)])
    return np.asarray(seen @ turns * np.where(signs == 0, 1, signs), dtype=np.float32)


def _upright(directions: Points) -> Points:
    """Directions (d, k) made orthogonal and of length 1; what depends on the others becomes 0.

    By the eigenvectors of the small matrix (k, k): Householder's way waits for all threads at every column.
    """
    lengths, turns = np.linalg.eigh(np.einsum("dk,dj->kj", directions, directions, dtype=np.float64))
    floor = max(float(lengths[-1]), 1e-30) * 1e-12
    scale = np.where(lengths > floor, 1 / np.sqrt(np.maximum(lengths, floor)), 0)
    return np.asarray(directions @ (turns * scale).astype(np.float32))
