"""BRISQUE: technical quality of a picture without another one to compare it with.

A. Mittal, A. K. Moorthy, A. C. Bovik, "No-Reference Image Quality Assessment in the Spatial Domain",
IEEE Transactions on Image Processing 21(12), 2012. Locally normalised luminance of a clean photograph follows a
generalised Gaussian; its parameters and those of products of neighbours, at two scales, are 36 features, and a
support vector machine learned from them what people said of distorted photographs. The trained machine and the ranges
of its features are data files of the `brisque` package; the code here is ours.

It was trained on photographs: of painted, flat-coloured art it says how noisy or smeared the texture is, not how good
the picture is. Compare pictures of one style by it, not styles with each other.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from collection.judge.pixels.svm import packaged_brisque

Array = npt.NDArray[np.float64]

SMALLEST_SIDE = 8
"""Pixels a side under which the two scales have nothing left to fit."""

_TAPS = np.exp(-(np.arange(-3.0, 4.0) ** 2) / (2 * (7 / 6) ** 2))
_TAPS /= _TAPS.sum()
"""7 taps of a Gaussian with sigma 7/6, the window of the paper."""
_FLAT = 1e-9
"""Normalised luminance below this is rounding error in a flat area. Its sign would differ between machines and
decide the side it is counted on; as zero it is counted on the right, where the machine's own code puts most of it."""
_HALF_TAPS = (-0.09375, 0.59375)
"""Cubic convolution (a = -0.75) half-way between pixels, what halving comes to: outer and inner pair of 4."""
_SHAPES = np.geomspace(0.2, 40.0, 8000)
"""Shape parameters of the generalised Gaussian that are told apart; 40 is as good as a box."""


def brisque(luminance: Array) -> float:
    """BRISQUE of a luminance picture (h, w), 0 to 1: about 0 (pristine) to 100 (ruined); may leave that range.

    Needs at least 8 by 8 pixels that are not all alike.
    """
    features = np.concatenate([scene_statistics(luminance), scene_statistics(halve(luminance))])
    return packaged_brisque().predict(features)


def scene_statistics(luminance: Array) -> Array:
    """The 18 features of one scale: (shape, variance) of the normalised luminance, then (shape, mean, left
    variance, right variance) of its products with the right, lower, lower right and upper right neighbour."""
    normal = normalise_contrast(luminance)
    shape, _, left, right = fit_asymmetric_gaussian(normal)
    features = [shape, (left + right) / 2]
    neighbours = (
        (normal[:, :-1], normal[:, 1:]),
        (normal[:-1], normal[1:]),
        (normal[:-1, :-1], normal[1:, 1:]),
        (normal[1:, :-1], normal[:-1, 1:]),
    )
    for one, other in neighbours:
        features += fit_asymmetric_gaussian(one * other)
    return np.array(features)


def normalise_contrast(luminance: Array) -> Array:
    """Mean subtracted, contrast normalised (equations 1 to 3 of the paper), zero beyond the border."""
    mean = _smooth(luminance)
    deviation = np.sqrt(np.abs(_smooth(luminance**2) - mean**2))
    normal = (luminance - mean) / (deviation + 1 / 255)
    return np.where(np.abs(normal) < _FLAT, 0.0, normal)


def _smooth(picture: Array) -> Array:
    for _ in (0, 1):
        padded = np.pad(picture, ((3, 3), (0, 0)))
        rows = len(picture)
        smooth = _TAPS[3] * picture
        for reach in (1, 2, 3):
            pair = padded[3 - reach : 3 - reach + rows] + padded[3 + reach : 3 + reach + rows]
            pair *= _TAPS[3 + reach]
            smooth += pair
        picture = smooth.T
    return picture


def halve(picture: Array) -> Array:
    """Half the size by cubic convolution without smoothing first, edges repeated, an odd side rounded to even."""
    outer, inner = _HALF_TAPS
    for _ in (0, 1):
        length = round(len(picture) / 2)
        padded = np.pad(picture, ((1, 2), (0, 0)), mode="edge")
        before, left, right, after = (padded[start::2][:length] for start in range(4))
        picture = (inner * (left + right) + outer * (before + after)).T
    return picture


def fit_asymmetric_gaussian(values: Array) -> tuple[float, float, float, float]:
    """Fit an asymmetric generalised Gaussian by moments: (shape, mean, left variance, right variance).

    N. Lasmar, Y. Stitou, Y. Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis", ICIP 2009.
    """
    flat, below = values.ravel(), np.minimum(values, 0.0).ravel()
    squares, squares_below = (float(np.einsum("i,i->", x, x)) for x in (flat, below))  # BLAS would take every core
    count, count_below = flat.size, int(np.count_nonzero(below))
    left = squares_below / max(count_below, 1)
    right = max(squares - squares_below, 0.0) / max(count - count_below, 1)
    ratio = np.sqrt(left / right) if right else 0.0
    flatness = np.abs(flat).mean() ** 2 / max(squares / count, 1e-300)
    wanted = flatness * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    ratios, spreads, means = _shape_table()
    shape = float(np.interp(wanted, ratios, _SHAPES))
    scale = float(np.interp(shape, _SHAPES, spreads * means))
    return shape, float((np.sqrt(right) - np.sqrt(left)) * scale), left, right


@cache
def _shape_table() -> tuple[Array, Array, Array]:
    """For every shape a: G(2/a)^2 / (G(1/a) G(3/a)), which grows with a; sqrt(G(1/a) / G(3/a)); G(2/a) / G(1/a)."""
    one, two, three = (np.array([math.lgamma(k / shape) for shape in _SHAPES]) for k in (1, 2, 3))
    return np.exp(2 * two - one - three), np.exp((one - three) / 2), np.exp(two - one)
