"""Clipping: how much of a picture is pure black or white."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.picture import Picture

CLIPPED = 2
"""Levels of 255 from black or white within which a tone counts as lost."""


_FEW, _DRAWN = 3, 0.9
"""Of what is neither black nor white in a drawing, so many tones hold at least this share."""


def clipping(picture: Picture) -> float:
    """Share of the pixels that are black or white, 0 to 1; 0 for a drawing of few tones."""
    tones = picture.tones
    between = np.sort(tones[CLIPPED + 1 : 255 - CLIPPED])
    if between[-_FEW:].sum() >= _DRAWN * between.sum():
        return 0.0  # paper and ink
    return round(float((tones[: CLIPPED + 1].sum() + tones[255 - CLIPPED :].sum()) / tones.sum()), 6)


CLIPPING = Metric(
    name="clipping",
    range=(0, 1),
    better="lower",
    says=f"Share of the pixels within {CLIPPED} of 255 levels of black or of white, where nothing is left to be seen; "
    f"0 for a drawing, whose white is paper: {_FEW} tones hold {_DRAWN:.0%} of what is neither.",
    source="counted",
    limits="A painting of many tones on pure white paper is clipped by this measure and nothing is wrong with it; a "
    "drawing that was overexposed is a brighter drawing. One channel that is cut off alone is not noticed.",
    computed=OfPixels(clipping),
    identity="clipping/2",
    defect=Defect("clipped", 0.5, "over", "More clipping: this share of the picture is pure black or white."),
)
