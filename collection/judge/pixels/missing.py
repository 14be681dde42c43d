"""Missing: the part of a picture that never arrived, such as the grey end of a file that was cut off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.borders import ends_straight
from collection.judge.pixels.luminance import luminance
from collection.judge.pixels.picture import Picture
from collection.values import Pixels

PLAIN = 2
"""Levels by which a missing part differs from one colour, at most."""
GREY, NEUTRAL = (126, 130), 2
"""Levels of the grey that decoders leave where a file ends, and by which its channels differ, at most: at its lower
side, such a part is missing from any picture..."""
SHADED, TEXTURED = 0.1, 0.5
"""...a part of this grey on another side from one of which this share of neighbouring pixels differ, which flat art has
not; and a part of another colour from one of which this share of them do."""


def missing(picture: Picture) -> float:
    """Share of a picture in a band of one colour, along one side and as long as it, that ends in a straight line."""
    pixels, clear = picture.pixels, picture.clear
    sides = (
        (pixels, clear),
        (pixels[::-1], clear[::-1]),
        (pixels.swapaxes(0, 1), clear.T),
        (pixels.swapaxes(0, 1)[::-1], clear.T[::-1]),
    )
    return round(max(_band(*side, lower=place == 0) for place, side in enumerate(sides)), 6)


def _band(pixels: Pixels, clear: npt.NDArray[np.bool_], *, lower: bool) -> float:
    """The share of the rows, from the last upwards, that have the colour of the last pixel; 0 where nothing is seen of
    them: a clear margin is meant."""
    colour = pixels[-1, -1].astype(np.int16)
    rows = len(pixels)
    for row in range(rows - 1, -1, -1):
        if np.abs(pixels[row] - colour).max() > PLAIN:
            break
        rows = row
    if rows in (0, len(pixels)) or clear[rows:].all():
        return 0.0
    grey = np.ptp(colour) <= NEUTRAL and GREY[0] <= colour.min() and colour.max() <= GREY[1]
    if not grey and np.abs(pixels[0] - colour).max() <= PLAIN:
        return 0.0  # the other side is of that colour too: a frame, which `borders` measures
    rest = luminance(pixels[:rows])
    if not ends_straight(rest[::-1], int(luminance(pixels[-1:, -1:])[0, 0])):
        return 0.0
    least = TEXTURED if not grey else 0.0 if lower else SHADED
    if np.count_nonzero(rest[:, 1:] != rest[:, :-1]) < least * rest.size:
        return 0.0
    return 1 - rows / len(pixels)


MISSING = Metric(
    name="missing",
    range=(0, 1),
    better="lower",
    says="Share of the picture in a plain band along one side, where a textured picture is cut off in a straight line, "
    "any picture of many tones by mid grey, or at its lower side any picture by mid grey.",
    source="own",
    limits="A plain margin on one side that is meant counts too, where it is opaque. Flat art that is cut off by "
    "another colour than grey does not, nor does a part that was lost in the middle, or where six tenths of the edge "
    "do not differ from the margin.",
    computed=OfPixels(missing),
    identity="missing/3",
    defect=Defect("incomplete", 0.1, "over", "A larger part is missing: this share is a plain band that cuts it off."),
)
