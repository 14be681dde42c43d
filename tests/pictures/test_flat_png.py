"""Pictures of flat areas are packed in plain rows: any reader sees the same pixels and texts."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from collection.pictures.files import encode_png
from collection.pictures.flat_png import is_flat
from collection.values import Recipe

RECIPE = Recipe("layers", "layers/1", 3, 400, 300, prompt="ein Hügel")


def drawing(mode: str) -> np.ndarray:
    image = Image.new(mode, (400, 300), (200, 30, 40, 90)[: len(mode)])
    draws = np.random.default_rng(1)
    for x, y, wide, high, *shade in draws.integers(20, 150, (30, 7)).tolist():
        colour = (*shade, 255)[: len(mode)]
        ImageDraw.Draw(image).ellipse((2 * x, y, 2 * x + wide, y + high), colour, (20, 20, 30, 255)[: len(mode)], 4)
    return np.asarray(image)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_same_pixels_and_texts_in_fewer_bytes(mode: str) -> None:
    pixels = drawing(mode)
    usual, flat = encode_png(pixels, RECIPE), encode_png(pixels, RECIPE, drawn=True)
    assert len(flat) < len(usual)
    first, second = Image.open(io.BytesIO(usual)), Image.open(io.BytesIO(flat))
    assert np.array_equal(np.asarray(second), pixels)
    assert second.text == first.text and second.text
    assert flat == encode_png(pixels, RECIPE, drawn=True)


def test_a_picture_with_gradients_is_packed_as_ever() -> None:
    """Each pixel differs from its neighbours by a little: filters foretell it, plain rows do not."""
    rows, columns = np.mgrid[:150, :200]
    pixels = np.dstack([rows + columns, rows * 2 - columns, columns]).astype(np.uint8)
    assert not is_flat(pixels)
    assert encode_png(pixels, RECIPE, drawn=True) == encode_png(pixels, RECIPE)
    assert not is_flat(np.zeros((1, 4, 3), np.uint8)), "of one row nothing is known"
