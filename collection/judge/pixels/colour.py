"""The colour of a picture in plain numbers: how light, how warm, how varied, and which hues.

In Oklab (Ottosson 2020, "A perceptual color space for image processing"): the vectors of encoders are trained to know a
thing in any light, and so say little of colour, which curators see first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.values import Pixels

COLOUR = "colour/1"
"""The model under which the store keeps these numbers."""
HUES = 8
NUMBERS = 6 + HUES
LARGEST_SIDE = 64
"""Pixels: a larger picture is looked at thinned out to this, for averages need no more."""

_TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                      [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
_TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                    [1.9779984951, -2.4285922050, 0.4505937099],
                    [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def colour_numbers(pixels: Pixels) -> npt.NDArray[np.float32]:
    """(NUMBERS,) of an RGB picture (h, w, 3): mean and standard deviation of lightness, of red against green and of
    yellow against blue; then how much colour there is of each of HUES hues, red first, between neighbours shared.
    """
    step = max(1, -(-max(pixels.shape[:2]) // LARGEST_SIDE))
    down, across = (min(step // 2, side - 1) for side in pixels.shape[:2])
    lab = oklab(pixels[down::step, across::step].reshape(-1, 3))
    chroma, turn = np.hypot(lab[:, 1], lab[:, 2]), np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi) * HUES
    hue = np.floor(turn).astype(np.intp)
    far = turn - hue
    hues = np.bincount(hue % HUES, chroma * (1 - far), HUES) + np.bincount((hue + 1) % HUES, chroma * far, HUES)
    return np.concatenate([lab.mean(axis=0), lab.std(axis=0), hues / len(lab)]).astype(np.float32)


def oklab(colours: Pixels) -> npt.NDArray[np.float64]:
    """Lightness 0 to 1, green to red and blue to yellow about -0.4 to 0.4, (n, 3), of sRGB colours (n, 3) uint8."""
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear[colours] @ _TO_CONES.T) @ _TO_LAB.T)
