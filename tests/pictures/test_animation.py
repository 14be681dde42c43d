"""An animation is judged by a frame that shows something."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collection.pictures.files import read_picture

NOISE = [Image.fromarray(np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)) for seed in (1, 2)]
BLACK = Image.new("RGB", (32, 24))
FADED = Image.fromarray((np.asarray(NOISE[0]) // 8).astype(np.uint8))


def saved(form: str, *frames: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:], **options)
    return file.getvalue()


LOSSLESS = {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}}


@pytest.mark.parametrize("form", LOSSLESS)
@pytest.mark.parametrize(("frames", "place"), [
    ([BLACK, NOISE[0], NOISE[1]], 1), ([FADED, NOISE[1]], 1), ([NOISE[1], BLACK, NOISE[0]], 0),
    ([Image.new("RGB", (32, 24), "white"), BLACK, FADED, NOISE[0]], 3), ([BLACK, Image.new("RGB", (32, 24), "red")], 0),
])  # fmt: skip
def test_a_first_frame_that_shows_little_is_passed_over(form: str, frames: list[Image.Image], place: int) -> None:
    read = read_picture(saved(form, *frames, **LOSSLESS[form]))
    assert np.abs(read.pixels.astype(int) - np.asarray(frames[place])).mean() < 12  # a GIF has 256 colours
    note = (
        f"frame {place + 1} of {len(frames)}, for the first shows little"
        if place
        else f"the first of {len(frames)} frames"
    )
    assert (read.notes, read.animated, read.whole) == ((note,), True, False)


def test_pages_are_no_animation() -> None:
    read = read_picture(saved("TIFF", BLACK, NOISE[0]))
    assert (read.pixels.max(), read.animated, read.notes) == (0, False, ("the first of 2 frames",))


def test_a_clear_first_frame_is_passed_over() -> None:
    clear, drawn = Image.new("RGBA", (32, 24), (255, 0, 0, 0)), NOISE[0].convert("RGBA")
    assert np.array_equal(read_picture(saved("PNG", clear, drawn)).pixels, np.asarray(NOISE[0]))


def test_a_long_animation_is_looked_at_in_places() -> None:
    frames = [Image.new("RGB", (8, 8), (n, n, n)) for n in range(60)] + [NOISE[0].resize((8, 8))] * 40
    place = int(read_picture(saved("WEBP", *frames, lossless=True)).notes[0].split()[1])
    assert 60 < place <= 100
