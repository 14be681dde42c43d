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

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from collection.judge.pixels.asymmetric_gaussian import Moments
from collection.judge.pixels.local_contrast import BAND, normalised_bands
from collection.judge.pixels.svm import packaged_brisque

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

SMALLEST_SIDE = 8
"""Pixels a side under which the two scales have nothing left to fit."""

_HALF_TAPS = (-0.09375, 0.59375)
"""Cubic convolution (a = -0.75) half-way between pixels, what halving comes to: outer and inner pair of 4."""


def brisque(luminance: Array) -> float:
    """BRISQUE of a luminance picture (h, w), 0 to 1: about 0 (pristine) to 100 (ruined); may leave that range.

    Needs at least 8 by 8 pixels that are not all alike.
    """
    features = np.concatenate([scene_statistics(luminance), scene_statistics(halve(luminance))])
    return packaged_brisque().predict(features)


def scene_statistics(luminance: Array) -> Array:
    """The 18 features of one scale: (shape, variance) of the normalised luminance, then (shape, mean, left
    variance, right variance) of its products with the right, lower, lower right and upper right neighbour."""
    height, width = luminance.shape
    right, lower, diagonal = height * (width - 1), (height - 1) * width, (height - 1) * (width - 1)
    alone, *products = (Moments(count) for count in (height * width, right, lower, diagonal, diagonal))
    for band in normalised_bands(luminance):
        alone.add(band[1:])
        for moments, product in zip(products, _neighbour_products(band), strict=True):
            moments.add(product)
    shape, _, left_variance, right_variance = alone.fit()
    fitted = [feature for moments in products for feature in moments.fit()]
    return np.array([shape, (left_variance + right_variance) / 2, *fitted])


def _neighbour_products(band: Floats) -> Iterator[Floats]:
    """The products of a band's pixels with their right, lower, lower right and upper right neighbours.

    The band is taken for one long row, in which a neighbour is a shift away: the zeros between rows make products over
    the edge zero, which changes no moment. Each product is overwritten by the next.
    """
    row, pixels = band.shape[1], band.ravel()
    product = np.zeros_like(band[1:])
    flat = product.ravel()[:-1]
    for one, other in ((row, row + 1), (0, row), (0, row + 1), (1, row)):
        np.multiply(pixels[one:][: flat.size], pixels[other:][: flat.size], out=flat)
        yield product


def halve(picture: Array) -> Array:
    """Half the size by cubic convolution without smoothing first, edges repeated, an odd side rounded to even."""
    height, width = (round(side / 2) for side in picture.shape)
    half = np.empty((height, width))
    rows = max(BAND // picture.shape[1], 1)
    for top in range(0, height, rows):
        band = half[top : top + rows]
        near = 2 * np.arange(top, top + len(band))[:, None] + np.arange(-1, 3)
        lines = np.clip(near, 0, len(picture) - 1).T
        padded = np.pad(_between(*(picture[line] for line in lines)), ((0, 0), (1, 2)), mode="edge")
        band[:] = _between(*(padded[:, start::2][:, :width] for start in range(4)))
    return half


def _between(before: Array, left: Array, right: Array, after: Array) -> Array:
    """The values half-way between left and right."""
    outer, inner = _HALF_TAPS
    return inner * (left + right) + outer * (before + after)
