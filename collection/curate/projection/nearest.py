"""The nearest neighbours of points: exact for few, cell by cell for many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import kmeans2

from collection.curate.projection.principal import Points

Rows = npt.NDArray[np.int64]
EXACT, TILE = 4000, 1024
"""Points up to which every pair is looked at, and queries at once."""
PROBED = 8
"""Cells that are searched for the neighbours of a cell's points."""


def nearest(queries: Points, others: Points, count: int) -> tuple[Rows, Points]:
    """The `count` nearest of others (m, d) to each query (n, d): rows (n, k) and squared distances (n, k), unordered.

    k is at most m. A point that is among the others is its own neighbour. Exact up to EXACT others; beyond, they are
    dealt to cells by k-means and a query looks into the PROBED nearest cells (an inverted file, as FAISS has it).
    """
    k = min(count, len(others))
    if len(others) <= EXACT:
        found = [_among(queries[start : start + TILE], others, k) for start in range(0, len(queries), TILE)]
        return np.concatenate([rows for rows, _ in found]), np.concatenate([far for _, far in found])
    return _by_cells(queries, others, k)


def _among(queries: Points, others: Points, k: int) -> tuple[Rows, Points]:
    squares = np.einsum("md,md->m", others, others)
    far = squares - 2 * np.einsum("nd,md->nm", queries, others)  # no threads that wait for each other, cell by cell
    rows = np.argpartition(far, k - 1, axis=1)[:, :k]
    near = np.take_along_axis(far, rows, axis=1) + np.einsum("nd,nd->n", queries, queries)[:, None]
    return rows, np.maximum(near, 0).astype(np.float32)


def _by_cells(queries: Points, others: Points, k: int) -> tuple[Rows, Points]:
    cells = int(np.sqrt(len(others)))
    sample = others[:: max(1, len(others) // (40 * cells))]
    centres, _ = kmeans2(sample, cells, iter=8, minit="points", rng=np.random.default_rng(0), missing="warn")
    home = nearest(others, centres, 1)[0][:, 0]
    order = np.argsort(home, kind="stable")
    starts = np.searchsorted(home[order], np.arange(cells + 1))
    members = [order[starts[cell] : starts[cell + 1]] for cell in range(cells)]
    of_query = nearest(queries, centres, 1)[0][:, 0]
    probed = nearest(centres, centres, PROBED)[0]
    rows, far = np.zeros((len(queries), k), np.int64), np.full((len(queries), k), np.inf, np.float32)
    for cell in range(cells):
        asking = np.flatnonzero(of_query == cell)
        pool = np.concatenate([members[other] for other in probed[cell]])
        if len(pool) < k:  # small cells side by side
            pool = np.arange(len(others))
        if len(asking):
            found, far[asking] = _among(queries[asking], others[pool], k)
            rows[asking] = pool[found]
    return rows, far
