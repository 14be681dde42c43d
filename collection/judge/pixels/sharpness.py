"""Sharpness: how much a picture would lose by another blur."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey

Steps = npt.NDArray[np.int16]

BLUR = 9
"""Pixels of the box with which Crété and others blur again."""


def sharpness(grey: Grey) -> float:
    """How much of the variation between neighbours another blur takes away, 0 (none: it was soft) to 1.

    A direction without any variation, as along stripes, says nothing.

    `grey` is luminance (h, w) uint8. F. Crété, T. Dolmiere, P. Ladret, M. Nicolas, "The blur effect: perception and
    estimation with a new no-reference perceptual blur metric", SPIE 6492, 2007: their blur is 1 minus this, the worse
    of the two directions.
    """
    if min(grey.shape) < BLUR:
        return 0.0
    values = grey.astype(np.int16)
    edge = BLUR // 2
    across = (values[:, edge + 1 : -edge] - values[:, edge : -edge - 1], values[:, BLUR:] - values[:, :-BLUR])
    down = (values[edge + 1 : -edge] - values[edge : -edge - 1], values[BLUR:] - values[:-BLUR])
    return min((lost(*steps) for steps in (across, down) if steps[0].any()), default=0.0)


def lost(steps: Steps, far_steps: Steps) -> float:
    """The share of the variation between neighbours that a blur along them takes away, 0 to 1.

    From one mean of 9 pixels to the next is a 9th of the step from the pixel that leaves to the one that enters.
    """
    before = np.abs(steps) * BLUR
    taken = np.maximum(before - np.abs(far_steps), 0)
    whole = int(before.sum(dtype=np.int64))
    return int(taken.sum(dtype=np.int64)) / whole if whole else 0.0


SHARPNESS = Metric(
    name="sharpness",
    range=(0, 1),
    better="higher",
    says="Share of the variation between neighbouring pixels that another blur would take away; of rows and columns "
    "the worse.",
    source="1 minus the blur effect; Crété, Dolmiere, Ladret, Nicolas: The blur effect, SPIE 6492, 2007",
    limits="Grain and noise count as sharp; smooth gradients and soft focus that are meant count as blurred. A picture "
    "is seen with its longer side under 1024 pixels: softness finer than that is not noticed.",
    computed=OfPixels(lambda picture: round(sharpness(picture.luminance), 6)),
    identity="sharpness/2",
    defect=Defect("blurred", 0.4, "under", "Less sharpness."),
)
