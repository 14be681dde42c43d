"""Short forms of vectors, whose products are never below the cosines and cost a fraction of them.

Along an orthonormal basis a unit vector a has some first coordinates a1 and a rest a2. By Cauchy and Schwarz a2.b2 is
at most |a2||b2|, so a1.b1 + |a2||b2| bounds the cosine of a and b from above; with |a2| as one more coordinate that is
one product of two short vectors. Pairs whose bound is below a threshold need no look. The basis are the principal axes
of a sample: vectors of one encoder have most of their length along few of them, and even of vectors without any
structure a quarter of the coordinates tells the unlike from the near.
"""

from __future__ import annotations

import numpy as np

from collection.judge.duplicates.cosine import Singles, Vectors, unit

WORTH = 8192
"""Queries and others from which on finding the axes pays."""
LOOKED_UP = 200
"""As many cosines of a product cost what one pair costs that is looked up on its own."""
_PARTS = (32, 16, 8, 4)
_SAMPLE, _FITTED, _BLOCK = 1024, 2048, 8192
_SLACK = 1e-5
"""More than what a squared length in float32 is off by."""


def short_forms(queries: Vectors, others: Vectors, least: float) -> tuple[Singles, Singles] | None:
    """Short forms (m, k) of the queries (m, d) and (n, k) of the others (n, d), None where cosines come cheaper.

    k is what, by a sample, makes the products and the pairs whose bound reaches the cosine `least` cheapest.
    """
    if min(len(queries), len(others)) < WORTH:
        return None
    asked, compared = unit(_spread(queries, _SAMPLE, 0.3)), unit(_spread(others, _SAMPLE, 0.6))
    cheapest, best = 1 - LOOKED_UP * float(np.mean(asked @ compared.T >= least)), None
    if cheapest <= 0:
        return None
    width = queries.shape[1]
    axes = _principal_axes(unit(_spread(others, _FITTED, 0.0)), width // min(_PARTS))
    for part in _PARTS:
        basis = axes[:, : width // part - 1]
        bounds = _short(asked, basis) @ _short(compared, basis).T
        cost = 1 / part + LOOKED_UP * float(np.mean(bounds >= least))
        if cost < cheapest and width >= 2 * part:
            cheapest, best = cost, basis
    if best is None:
        return None
    forms = _short(queries, best)
    return forms, forms if others is queries else _short(others, best)


def _principal_axes(vectors: Singles, count: int) -> Singles:
    """The first `count` about, (d, count) orthonormal; by subspace iteration (Halko, Martinsson and Tropp, 2011)."""
    start = np.random.default_rng(0).standard_normal((vectors.shape[1], count), dtype=np.float32)
    for _ in range(2):
        start = np.linalg.qr(vectors.T @ (vectors @ start))[0]
    along = vectors @ start
    return np.asarray(start @ np.linalg.eigh(along.T @ along)[1][:, ::-1])


def _spread(vectors: Vectors, count: int, offset: float) -> Vectors:
    """About so many rows, evenly spread, from that part of a step on."""
    step = max(1, len(vectors) // count)
    return vectors[int(offset * step) :: step]


def _short(vectors: Vectors, basis: Singles) -> Singles:
    made = np.empty((len(vectors), basis.shape[1] + 1), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        some = made[start : start + _BLOCK]
        some[:, :-1] = unit(vectors[start : start + _BLOCK]) @ basis
        some[:, -1] = np.sqrt(np.maximum(0, 1 - np.einsum("nk,nk->n", some[:, :-1], some[:, :-1])) + _SLACK)
    return made
