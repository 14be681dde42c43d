"""Missing: the part of a picture that never arrived, such as the grey end of a file that was cut off."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.borders import ends_straight
from collection.judge.pixels.luminance import luminance
from collection.judge.pixels.picture import Picture
from collection.values import Pixels

PLAIN = 2
"""Levels by which a missing part differs from one colour, at most."""
GREY, NEUTRAL = (118, 138), 4
"""Levels of the grey that decoders leave, and by which its channels differ, at most: such a part is missing from any
picture..."""
TEXTURED = 0.5
"""...and a part of another colour from one of which at least this share of neighbouring pixels differ."""


def missing(picture: Picture) -> float:
    """Share of a picture in a band of one colour, along one side and as long as it, that ends in a straight line."""
    pixels = picture.pixels
    return round(
        max(_band(side) for side in (pixels, pixels[::-1], pixels.swapaxes(0, 1), pixels.swapaxes(0, 1)[::-1])), 6
    )


def _band(pixels: Pixels) -> float:
    """The share of the rows, from the last upwards, that have the colour of the last pixel."""
    colour = pixels[-1, -1].astype(np.int16)
    rows = len(pixels)
    for row in range(rows - 1, -1, -1):
        if np.abs(pixels[row] - colour).max() > PLAIN:
            break
        rows = row
    if rows in (0, len(pixels)):
        return 0.0
    grey = np.ptp(colour) <= NEUTRAL and GREY[0] <= colour.min() and colour.max() <= GREY[1]
    rest = luminance(pixels[:rows])
    if not ends_straight(rest[::-1], int(luminance(pixels[-1:, -1:])[0, 0])):
        return 0.0
    if not grey and np.count_nonzero(rest[:, 1:] != rest[:, :-1]) < TEXTURED * rest.size:
        return 0.0
    return 1 - rows / len(pixels)


MISSING = Metric(
    name="missing",
    range=(0, 1),
    better="lower",
    says="Share of the picture in a plain band along one side, where a textured picture is cut off in a straight line, "
    "or any picture by mid grey.",
    source="own",
    limits="A plain margin on one side that is meant counts too; flat art that is cut off by another colour than grey "
    "does not, nor does a part that was lost in the middle, nor a subject on a clear ground that is narrower than six "
    "tenths of the picture where it is cut: a clear margin is meant.",
    computed=OfPixels(missing),
    defect=Defect("incomplete", 0.1, "over", "A larger part is missing: this share is a plain band that cuts it off."),
)
