"""Clipping: how much of a picture is pure black or white."""

from __future__ import annotations

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.picture import Picture

CLIPPED = 2
"""Levels of 255 from black or white within which a tone counts as lost."""


def clipping(picture: Picture) -> float:
    """Share of the pixels that are black or white, 0 to 1."""
    tones = picture.tones
    return round(float((tones[: CLIPPED + 1].sum() + tones[255 - CLIPPED :].sum()) / tones.sum()), 6)


CLIPPING = Metric(
    name="clipping",
    range=(0, 1),
    better="lower",
    says=f"Share of the pixels within {CLIPPED} of 255 levels of black or of white, where nothing is left to be seen.",
    source="counted",
    limits="A drawing on pure white paper is clipped by this measure and nothing is wrong with it. One channel that is "
    "cut off alone is not noticed.",
    computed=OfPixels(clipping),
    defect=Defect("clipped", 0.5, "over", "More clipping: this share of the picture is pure black or white."),
)
