"""Noise: grain that lies on all of a picture, on its calm parts too."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey

BLOCK = 8
"""Pixels a side of the squares in which noise is measured."""
CALMEST = 10
"""The percentile of those squares that counts: texture is in some of them, noise in all."""
ENDS = 16
"""Levels from black and from white within which noise is cut off, so that such squares say nothing."""


def noise(grey: Grey) -> float:
    """Standard deviation of the noise in the calmest squares of a luminance picture (h, w) uint8, in levels.

    By the second difference both ways, of which edges and gradients leave nothing: J. Immerkær, "Fast noise variance
    estimation", Computer Vision and Image Understanding 64(2), 1996. 0 where a picture is too small or too dark.
    """
    height, width = ((side - 2) // BLOCK for side in grey.shape)
    if height < 1 or width < 1:
        return 0.0
    values = grey[: height * BLOCK + 2, : width * BLOCK + 2].astype(np.int16)
    down = values[:-2] - 2 * values[1:-1] + values[2:]
    both = np.abs(down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:])
    size = _means(both) * math.sqrt(math.pi / 2) / 6
    tone = _means(values[1:-1, 1:-1])
    told = size[(tone >= ENDS) & (tone <= 255 - ENDS)]
    return float(np.percentile(told, CALMEST)) if len(told) * 20 >= size.size else 0.0


def _means(values: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    height, width = (side // BLOCK for side in values.shape)
    return np.asarray(values.reshape(height, BLOCK, width, BLOCK).mean(axis=(1, 3)))


NOISE = Metric(
    name="noise",
    range=(0, 255),
    better="lower",
    says="Standard deviation of the noise in the calmest tenth of the picture, in levels of 255.",
    source="Immerkær: Fast noise variance estimation, Computer Vision and Image Understanding 64(2), 1996; by squares",
    limits="Grain that is meant and covers everything (stipple, pointillism in small dots) counts too; noise in black "
    "and in white is not seen. A picture is seen with its longer side under 1024 pixels.",
    computed=OfPixels(lambda picture: round(noise(picture.luminance), 4)),
    defect=Defect("noisy", 9.0, "over", "More noise: levels of 255 by which even the calm parts vary."),
)
