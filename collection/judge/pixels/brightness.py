"""Brightness: whether the light parts of a picture are dark, or run out into white."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.picture import Picture

LIGHTEST = 0.99
"""The share of the pixels that are darker than the highlights."""
FULL = 253
"""Level of a channel from which on it is full."""
AWAY, NEAR = 4, (215, 246)
"""Pixels from a full one to the next that is looked at, and the levels that it has where light ran out. The edge of
white paper is sharp and leads to the ink, which is plain; what is nearer to full is resampling's."""

LEAST_SOFT = 0.28
"""The share of such surroundings that are nearly full, under which none count: pale lines on paper reach it nearly."""


def highlights(picture: Picture) -> float:
    """The tone, 0 to 1, that only a hundredth of the pixels exceed."""
    shares = np.cumsum(picture.tones) / picture.tones.sum()
    return round(int(np.searchsorted(shares, LIGHTEST)) / 255, 6)


def overexposure(picture: Picture) -> float:
    """Share of the pixels in which a channel ran full, 0 to 1: the greatest of the three channels.

    That is the share of its full pixels, times how often their surroundings are nearly full as well.
    """
    step = max(1, max(picture.pixels.shape[:2]) // 512)
    pixels = picture.pixels[::step, ::step]
    return round(max(_run_full(pixels[..., channel]) for channel in range(3)), 6)


def _run_full(values: npt.NDArray[np.uint8]) -> float:
    full = values >= FULL
    edges = soft = 0
    for lines in (values, values[:, ::-1], values.T, values.T[:, ::-1]):
        here, between, there = lines[:, AWAY:], lines[:, 1 : 1 - AWAY], lines[:, :-AWAY]
        lower = (here >= FULL) & (there < NEAR[1])
        edges += int(lower.sum())
        soft += int((lower & (there >= NEAR[0]) & (between != there)).sum())
    return float(full.mean()) * soft / edges if edges and soft >= LEAST_SOFT * edges else 0.0


HIGHLIGHTS = Metric(
    name="highlights",
    range=(0, 1),
    better="neither",
    says="The tone that only a hundredth of the pixels exceed: how light the lightest parts are.",
    source="counted",
    limits="Night without a light, and black on dark, are dark on purpose.",
    computed=OfPixels(highlights),
    defect=Defect("dark", 0.25, "under", "Darker: even the lightest parts are below this tone."),
)
OVEREXPOSURE = Metric(
    name="overexposure",
    range=(0, 1),
    better="lower",
    says="Share of the pixels in which light ran out into a full channel: full, among others that are nearly full.",
    source="own",
    limits="White paper and pure colours with sharp edges do not count, a glow into white that is meant does. A "
    "picture that was made light without running full is not noticed.",
    computed=OfPixels(overexposure),
    defect=Defect("overexposed", 0.1, "over", "More overexposure: this share of the picture ran out into white."),
)
