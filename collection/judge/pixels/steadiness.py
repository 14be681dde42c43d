"""Steadiness: whether a picture is as sharp in one direction as in the others, or was shaken along one."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey
from collection.judge.pixels.sharpness import BLUR, Steps, lost

LEAST_SHARE = 0.15
"""Share of the variation at edges across a direction, under which a picture does not tell how sharp they are: a horizon
says nothing of rows."""


def steadiness(grey: Grey) -> float:
    """The lower sharpness of two crossed directions over the higher, 0 to 1, of a luminance picture (h, w) uint8.

    Of rows and columns or of the diagonals, whichever is less. Sharpness is that of `sharpness`, so that a blur to all
    sides changes little; each direction is measured at the edges that run across it, for an edge that runs along it
    rises slowly there. 1 where there is nothing to compare.
    """
    if min(grey.shape) <= 2 * BLUR:
        return 1.0
    values = grey.astype(np.int16)
    rows = _steps(values, (0, 1)), _steps(values, (1, 0))
    diagonals = _steps(values, (1, 1)), _steps(values[:, ::-1], (1, 1))
    return min(_ratio(*rows), _ratio(diagonals[0], (diagonals[1][0][:, ::-1], diagonals[1][1][:, ::-1])))


def _steps(values: Steps, step: tuple[int, int]) -> tuple[Steps, Steps]:
    """From each pixel to the next along a direction, (down, right), and BLUR pixels around it; (h - BLUR, w - BLUR)."""

    def moved(count: int) -> Steps:
        begin = [0 if along else BLUR // 2 for along in step]
        height, width = (side - BLUR for side in values.shape)
        top, left = (start + along * count for start, along in zip(begin, step, strict=True))
        return values[top : top + height, left : left + width]

    middle = BLUR // 2
    return moved(middle + 1) - moved(middle), moved(BLUR) - moved(0)


def _ratio(one: tuple[Steps, Steps], other: tuple[Steps, Steps]) -> float:
    size, size_other = np.abs(one[0]), np.abs(other[0])
    across, along = size >= size_other, size_other >= size
    weights = int(size[across].sum()), int(size_other[along].sum())
    if min(weights) < LEAST_SHARE * sum(weights):
        return 1.0
    low, high = sorted((lost(one[0][across], one[1][across]), lost(other[0][along], other[1][along])))
    return low / high if high else 1.0


STEADINESS = Metric(
    name="steadiness",
    range=(0, 1),
    better="higher",
    says="The sharpness along rows and along columns, or along the two diagonals: the lower over the higher. A shaken "
    "picture is soft along one of them.",
    source="own, of the blur effect by directions; Crété, Dolmiere, Ladret, Nicolas: The blur effect, SPIE 6492, 2007",
    limits="A picture of stripes in one direction with soft edges counts as shaken; a blur to all sides does not, "
    "which sharpness tells. A shake of 9 pixels is told in most pictures of 384 a side (34 of 36 photographs: "
    "benchmarks/defects.py 384), in flat drawings less often; one of less than about 5 pixels, with the longer side "
    "under 1024, is missed.",
    computed=OfPixels(lambda picture: round(steadiness(picture.luminance), 6)),
    defect=Defect("shaken", 0.77, "under", "Less steadiness: softer along one direction than along the others."),
)
