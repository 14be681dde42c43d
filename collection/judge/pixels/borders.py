"""Borders: plain frames and bars around a picture."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey

UNIFORM = 6
"""Levels within which the pixels of a border differ, so that one saved as JPEG counts."""
APART = 8
"""Levels by which what lies inside a border differs from it..."""
STRAIGHT = 0.6
"""...along this share of its edge at least: a frame ends in a straight line, a subject on a plain ground does not."""
JPEG_BLOCK = 8
"""Rows over which JPEG smears such an edge."""


def borders(grey: Grey) -> float:
    """Share of a picture, luminance (h, w) uint8, in a plain frame, or in plain bars on two opposite sides: 0 to 1."""
    height, width = grey.shape
    top, bottom = _bars(grey)
    left, right = _bars(grey.T)
    inside = grey[top : height - bottom, left : width - right]
    if not inside.size:
        return 0.0
    kept_height = height - top - bottom if _straight(inside, int(grey[0, 0])) else height
    kept_width = width - left - right if _straight(inside.T, int(grey[0, 0])) else width
    return 1.0 - float(kept_height * kept_width) / grey.size


def _bars(grey: Grey) -> tuple[int, int]:
    """Rows of one tone at the top and at the bottom; none if only one side has them, or the two differ."""
    tone = int(grey[0, 0])
    plain = (np.abs(grey.min(axis=1).astype(np.int16) - tone) <= UNIFORM) & (
        np.abs(grey.max(axis=1).astype(np.int16) - tone) <= UNIFORM
    )
    if plain.all() or not (plain[0] and plain[-1]):
        return 0, 0
    return int(plain.argmin()), int(plain[::-1].argmin())


def _straight(inside: Grey, tone: int) -> bool:
    """Whether the first and the last rows differ from the border's tone along most of their length."""
    return ends_straight(inside, tone) and ends_straight(inside[::-1], tone)


def ends_straight(inside: Grey, tone: int) -> bool:
    """Whether the first rows differ from a tone along most of their length."""
    differs = np.abs(inside[: min(JPEG_BLOCK, len(inside) // 10 + 1)].astype(np.int16) - tone) > APART
    return float(differs.mean(axis=1).max(initial=0.0)) >= STRAIGHT


BORDERS = Metric(
    name="borders",
    range=(0, 1),
    better="lower",
    says="Share of the picture in a plain frame, or in plain bars on two opposite sides, that end in a straight line.",
    source="own",
    limits="A frame that belongs to the picture (the lead of a stained-glass window) counts; a textured, rounded, "
    "one-sided or two-coloured one does not, nor does a clear margin.",
    computed=OfPixels(lambda picture: 0.0 if picture.clear[0, 0] else round(borders(picture.luminance), 6)),
    identity="borders/2",
    defect=Defect("bordered", 0.05, "over", "More borders: this share of the picture is a plain frame or bars."),
)
