"""The asymmetric generalised Gaussian that fits some values, by their moments.

N. Lasmar, Y. Stitou, Y. Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis", ICIP 2009.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

_SHAPES = np.geomspace(0.2, 40.0, 8000)
"""Shape parameters of the generalised Gaussian that are told apart; 40 is as good as a box."""


class Moments:
    """What the fit needs to know of `count` values, which may come piece by piece; those that are 0 need not come."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.squares = self.squares_below = self.sizes = 0.0
        self.below = 0

    def add(self, values: Floats) -> None:
        """Take in values (rows, n); each row is summed in single precision, the rows in double."""
        sizes = np.abs(values)
        twice_below = sizes - values  # a third of the time of minimum(values, 0)
        self.sizes += float(sizes.sum(axis=1).sum(dtype=np.float64))
        self.squares += float(np.vecdot(values, values).sum(dtype=np.float64))
        self.squares_below += float(np.vecdot(twice_below, twice_below).sum(dtype=np.float64)) / 4
        self.below += int(np.count_nonzero(values < 0))

    def fit(self) -> tuple[float, float, float, float]:
        """(shape, mean, left variance, right variance)."""
        left = self.squares_below / max(self.below, 1)
        right = max(self.squares - self.squares_below, 0.0) / max(self.count - self.below, 1)
        ratio = math.sqrt(left / right) if right else 0.0
        flatness = (self.sizes / self.count) ** 2 / max(self.squares / self.count, 1e-300)
        wanted = flatness * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
        ratios, spreads, means = _shape_table()
        shape = float(np.interp(wanted, ratios, _SHAPES))
        scale = float(np.interp(shape, _SHAPES, spreads * means))
        return shape, (math.sqrt(right) - math.sqrt(left)) * scale, left, right


@cache
def _shape_table() -> tuple[Array, Array, Array]:
    """For every shape a: G(2/a)^2 / (G(1/a) G(3/a)), which grows with a; sqrt(G(1/a) / G(3/a)); G(2/a) / G(1/a)."""
    one, two, three = (np.array([math.lgamma(k / shape) for shape in _SHAPES]) for k in (1, 2, 3))
    return np.exp(2 * two - one - three), np.exp((one - three) / 2), np.exp(two - one)
