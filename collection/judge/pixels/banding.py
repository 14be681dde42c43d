"""Banding: false contours where a gradient had too few tones.

A plain relative of the contour statistics of CAMBI (Tandon, Afonso, Sole, Krasula, PCS 2021): a staircase is a run of
plateaus, of which each differs a little from the next, and always in the same direction.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey

Places = npt.NDArray[np.int64]

STEPS = (3, 24)
"""Levels between the means of neighbouring bands: smaller ones are the usual 8 bits, larger ones are edges."""
LEAST_BAND = 5
"""Pixels, in the reduced picture, that a band is wide at least."""
CALM = 2
"""Levels between neighbouring pixels of a band..."""
SPAN = 3
"""...and in the whole of it: what JPEG makes of one tone. A gradient that is smooth goes further."""
SMEARED = 5
"""Pixels between two bands over which JPEG draws the step out."""


def banding(grey: Grey) -> float:
    """Share of the pixels in the bands of a staircase, 0 to 1: plateaus between steps of one direction.

    The larger share of rows and columns of a luminance picture (h, w).
    """
    return max(_staircases(grey), _staircases(np.ascontiguousarray(grey.T)))


def _staircases(grey: Grey) -> float:
    """The share, along rows, of plateaus between steps of one direction, of which there are three or more in sequence.

    A gradient has many; shapes that lie on each other have so many by chance, which is seldom.
    """
    begins, ends = _calm_runs(grey)
    if len(begins) < 3:
        return 0.0
    means, spans = _means_and_spans(grey, begins, ends)
    flat = spans <= SPAN
    steps = np.diff(means)
    next_row = begins[1:] // grey.shape[1] != begins[:-1] // grey.shape[1]
    steps[(begins[1:] - ends[:-1] > SMEARED) | next_row] = 0
    size = np.abs(steps)
    step = (size >= STEPS[0]) & (size <= STEPS[1]) & flat[1:] & flat[:-1]
    same = step[:-1] & step[1:] & (np.sign(steps[:-1]) == np.sign(steps[1:]))
    both = np.pad(same[:-1] & same[1:], 1)  # with the plateau before, and with the one after
    return float((ends - begins)[1:-1][both[:-1] | both[1:]].sum() / grey.size)


def _calm_runs(grey: Grey) -> tuple[Places, Places]:
    """Where, row after row, runs of LEAST_BAND pixels or more without a jump begin and end."""
    pixels, more = grey.size, LEAST_BAND - 1
    calm = np.zeros(pixels + more, dtype=bool)
    rows = calm[:pixels].reshape(grey.shape)
    rows[:, 1:] = np.abs(np.diff(grey.astype(np.int16), axis=1)) <= CALM  # each from the pixel on its left
    starts = calm[: pixels + 1].copy()
    for place in range(1, more):
        starts &= calm[place : pixels + 1 + place]
    changes = np.flatnonzero(starts[1:] != starts[:-1])
    return changes[::2], changes[1::2] + more


def _means_and_spans(grey: Grey, begins: Places, ends: Places) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """The mean of each run, and its highest less its lowest value."""
    pixels = np.append(grey, grey[-1, -1])  # so that the last run may have an end
    places = np.column_stack([begins, ends]).ravel()
    sums = np.add.reduceat(pixels, places, dtype=np.int64)[::2]
    return sums / (ends - begins), (np.maximum.reduceat(pixels, places) - np.minimum.reduceat(pixels, places))[::2]


BANDING = Metric(
    name="banding",
    range=(0, 1),
    better="lower",
    says=f"Share of the pixels in false contours: plateaus of one tone, as JPEG leaves it, each at least {LEAST_BAND} "
    f"pixels wide, between three or more steps of {STEPS[0]} to {STEPS[1]} levels that go one way.",
    source="own; a plain relative of the contour statistics of CAMBI (Tandon, Afonso, Sole, Krasula, PCS 2021)",
    limits=f"Under grain it is missed, and so are bands that are narrower than {LEAST_BAND} pixels with the longer "
    "side under 1024; after JPEG at quality 75, some that are hardly wider (benchmarks/defects.py counts). A staircase "
    "that was drawn on purpose is found too.",
    computed=OfPixels(lambda picture: round(banding(picture.luminance), 6)),
    defect=Defect("banded", 0.02, "over", "More banding: this share of the picture is false contours."),
    identity="banding/3",
)
