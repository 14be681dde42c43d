"""The colour numbers of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from collection.judge.pixels.colour import NUMBERS, colour_numbers


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (3, 2000), (2000, 3), (1, 4096)])
def test_pictures_of_any_size_have_the_numbers_of_their_colour(size: tuple[int, int]) -> None:
    """A picture thinner than the step by which it is thinned out has them too."""
    found = colour_numbers(np.full((*size, 3), (200, 30, 30), np.uint8))
    assert found.shape == (NUMBERS,)
    assert np.allclose(found, colour_numbers(np.full((64, 64, 3), (200, 30, 30), np.uint8)), atol=1e-5)
