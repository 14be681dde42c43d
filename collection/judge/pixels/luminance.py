"""From colour to luminance, and to about one size, so that a measure means the same for pictures of all sizes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.values import Pixels

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float64]

LARGEST_SIDE = 512
"""Pixels: a larger picture is looked at reduced by a whole factor, until its longer side is less than twice this."""

_ROUNDED = np.array([13933, 46871, 4732], dtype=np.float32)
"""Rec. 709 luma weights of 65536: with these, sums of products with 8 bits are whole numbers under 2**24, for which
single precision is exact in whatever order they are added."""
_FINE = np.array([2125, 7154, 721], dtype=np.float32)
"""The same of 10000, in the rounding of the code that BRISQUE's machine was trained with."""


def luminance(pixels: Pixels) -> Grey:
    """Rec. 709 luma of an RGB picture (h, w, 3), rounded to 8 bits."""
    sums = pixels.astype(np.float32, order="C") @ _ROUNDED
    sums += 32768
    sums /= 65536
    return sums.astype(np.uint8)


def fine_luminance(pixels: Pixels) -> Array:
    """Rec. 709 luma of an RGB picture (h, w, 3), 0 to 1, unrounded."""
    sums: npt.NDArray[np.float32] = pixels.astype(np.float32, order="C") @ _FINE
    return np.divide(sums, 255 * 10000, dtype=np.float64)


def reduce(grey: Grey) -> Grey:
    """The picture made smaller by averaging squares of pixels, so that a measure means the same for
    pictures of all sizes."""
    factor = max(grey.shape) // LARGEST_SIDE
    if factor < 2 or min(grey.shape) < factor:
        return grey
    return np.asarray((square_sums(grey, factor) + factor * factor // 2) // (factor * factor), dtype=np.uint8)


def square_sums(grey: Grey, factor: int) -> npt.NDArray[np.uint32]:
    """The sums of squares of `factor` pixels a side; what is left over at the right and at the bottom is left out."""
    height, width = (side // factor for side in grey.shape)
    lines = (
        grey[: height * factor, : width * factor].reshape(height, factor, width * factor).sum(axis=1, dtype=np.uint32)
    )
    sums: npt.NDArray[np.uint32] = lines[:, ::factor].copy()
    for place in range(1, factor):
        sums += lines[:, place::factor]
    return sums


def tones(grey: Grey) -> npt.NDArray[np.int64]:
    """How many pixels have each of the 256 tones: (256,)."""
    return np.bincount(grey.ravel(), minlength=256)
