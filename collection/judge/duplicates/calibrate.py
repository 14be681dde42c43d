"""The threshold that a series of pictures asks for, by how similar its own pictures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.cosine import Vectors as AnyVectors
from collection.judge.duplicates.cosine import unit

COSINE = 0.9
"""Least cosine of near-duplicates by EfficientNet-Lite0, before calibration: unlike photographs stay under 0.5, and
brightened, recoloured, mirrored and slightly cropped copies over 0.9."""
CEILING = 0.985
"""Calibration never asks for more than this: a copy must stay findable in a series of near-equals."""
SPREADS = 5.0
"""How many robust standard deviations above its median a series' own cosines must reach to be remarkable: of normal
ones, 3 of 10 million. On three painted series of 24 to 28 pictures it gave 0.94 to 0.95; their nearest unlike pictures
had 0.89 to 0.92, and re-encoded, halved or slightly blurred copies 0.97 to 0.99 (median)."""

FEWEST_TO_CALIBRATE = 8
"""A series of fewer pictures is calibrated with all the others."""

Vectors = npt.NDArray[np.float32]


def series_cosines(vectors: AnyVectors, series: Mapping[str, Sequence[int]], *, least: float) -> dict[str, float]:
    """The threshold of each series, by the rows of its pictures among vectors (n, d) of any length."""
    common = None
    found = {}
    for name, rows in series.items():
        if len(rows) >= FEWEST_TO_CALIBRATE:
            found[name] = calibrated_cosine(unit(vectors[rows]), least=least)
        else:
            common = calibrated_cosine(unit(vectors), least=least) if common is None else common
            found[name] = common
    return found


def calibrated_cosine(embeddings: Vectors, *, least: float = COSINE) -> float:
    """A threshold for pictures of one series: `least`, or more where all of the series look similar.

    Pictures of one prompt or style sit close together, so what is remarkable is measured on the series itself: its
    cosines, made about normal by Fisher's z (R. A. Fisher, 1915: artanh), their median plus `SPREADS` robust standard
    deviations (upper quartile minus median, over 0.6745). Copies move neither while fewer than about a quarter of
    all pairs are copies. At most `CEILING`.
    """
    cosines = _sample_of_cosines(embeddings)
    if not cosines.size:
        return least
    middle, upper = np.arctanh(np.clip(np.quantile(cosines, (0.5, 0.75)), -0.999999, 0.999999))
    remarkable = float(np.tanh(middle + SPREADS * (upper - middle) / 0.6745))
    return max(least, min(CEILING, remarkable))


def _sample_of_cosines(embeddings: Vectors, most: int = 200_000) -> Vectors:
    """Cosines of pairs at fixed distances in the order given: all pairs of a small series, about `most` of a large."""
    count = len(embeddings)
    steps = range(1, count)
    if count * (count - 1) // 2 > most:
        steps = range(1, count, max(1, count * count // (2 * most)))
    parts = [np.einsum("nd,nd->n", embeddings[:-step], embeddings[step:]) for step in steps]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
