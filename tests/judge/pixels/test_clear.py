"""A clear margin is meant: what is cut out, and the layers of a token, miss nothing and have no frame."""

from __future__ import annotations

import numpy as np
import pytest

from collection.judge.issues import thresholds
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.transparency import GROUND
from collection.values import Pixels

LIMITS, SIDE = thresholds({}), 120
PLACES = {
    "a ground that fills the lower half": (slice(60, SIDE), slice(0, SIDE)),
    "a hat as wide as the picture": (slice(0, 50), slice(0, SIDE)),
    "a hand at the left": (slice(0, SIDE), slice(0, 70)),
    "a square tile": (slice(20, 100), slice(20, 100)),
}


def shown(place: tuple[slice, slice], photo: Pixels, alpha: int) -> tuple[Pixels, Pixels]:
    """A part of a photograph, alone, on what lies under transparency; and the same with its alpha."""
    pixels, seen = np.full((SIDE, SIDE, 3), GROUND, np.uint8), np.full((SIDE, SIDE, 1), alpha, np.uint8)
    pixels[place], seen[place] = photo[:SIDE, :SIDE][place], 255
    return pixels, np.concatenate([pixels, seen], axis=2)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_cut_out_is_whole(photos: dict[str, Pixels], place: str) -> None:
    found = PixelMetrics().measure(*shown(PLACES[place], photos["coffee"], 0))
    assert (found["missing"], found["borders"]) == (0, 0)


@pytest.mark.parametrize("place", PLACES)
def test_the_same_that_was_filled_with_grey_is_not(photos: dict[str, Pixels], place: str) -> None:
    found = PixelMetrics().measure(*shown(PLACES[place], photos["coffee"], 255))
    assert found["missing"] > LIMITS["incomplete"] or found["borders"] > LIMITS["bordered"]


def test_flat_art_below_a_grey_sky_is_whole_and_above_a_grey_end_is_not() -> None:
    drawing = np.full((SIDE, SIDE, 3), (40, 60, 160), np.uint8)
    drawing[70:90, 30:50] = (200, 40, 40)
    below, above = drawing.copy(), drawing.copy()
    below[:50], above[100:] = GROUND, GROUND
    assert PixelMetrics().measure(below)["missing"] == 0
    assert PixelMetrics().measure(above)["missing"] > LIMITS["incomplete"]
