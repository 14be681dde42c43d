"""The watermark: what copies of a picture keep, and what they lose."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from collection.marks import LatticeWatermark, payload

BITS = payload("c0ffee0123456789" + "0" * 48)
MARK = LatticeWatermark()


def landscape(width: int = 512, height: int = 384) -> Any:
    """A sky, hills and grain: plain and rich parts, black and white ones."""
    x, y = np.meshgrid(np.linspace(0, 9, width), np.linspace(0, 1, height))
    hills = y > 0.6 + 0.1 * np.sin(x)
    grain = np.random.default_rng(0).normal(0, 12, (height, width))
    grey = np.where(hills, 60 + 40 * np.sin(7 * x + 30 * y) + grain, 160 + 95 * y)
    grey[: height // 8] = 255
    grey[-height // 8 :] = 0
    return np.clip(np.stack([grey, grey * 0.9 + 10, grey * 0.7 + 20], -1), 0, 255).astype(np.uint8)


def saved(pixels: Any, **how: Any) -> Any:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, **how)
    return np.asarray(Image.open(file).convert("RGB"))


def resized(pixels: Any, factor: float) -> Any:
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def framed(pixels: Any, colour: tuple[int, int, int]) -> Any:
    page = np.full((pixels.shape[0] + 90, pixels.shape[1] + 60, 3), colour, np.uint8)
    page[50 : 50 + pixels.shape[0], 20 : 20 + pixels.shape[1]] = pixels
    return page


KEPT: dict[str, Callable[[Any], Any]] = {
    "JPEG 50": lambda pixels: saved(pixels, format="JPEG", quality=50),
    "WebP 60": lambda pixels: saved(pixels, format="WEBP", quality=60),
    "half": lambda pixels: resized(pixels, 0.5),
    "half and back": lambda pixels: resized(resized(pixels, 0.5), 2),
    "blur": lambda pixels: np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1))),
    "screenshot": lambda pixels: saved(resized(pixels, 0.83), format="JPEG", quality=75),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "turned": lambda pixels: np.rot90(pixels),
    "upside down, JPEG": lambda pixels: saved(np.rot90(pixels, 2), format="JPEG", quality=75),
    "framed": lambda pixels: framed(resized(pixels, 0.9), (90, 120, 140)),
    "framed and mirrored": lambda pixels: framed(pixels[:, ::-1], (90, 120, 140)),
}


LEVELLED: dict[str, Callable[[Any], Any]] = {
    "brighter": lambda pixels: np.clip(pixels * 1.1, 0, 255).astype(np.uint8),
    "darker": lambda pixels: np.clip(pixels * 0.8, 0, 255).astype(np.uint8),
    "levels added, JPEG": lambda pixels: saved(np.clip(pixels + 20.0, 0, 255).astype(np.uint8), format="JPEG"),
    "contrast": lambda pixels: np.clip((pixels - 128.0) * 1.2 + 128, 0, 255).astype(np.uint8),
    "framed and darker": lambda pixels: framed((pixels * 0.9).astype(np.uint8), (90, 120, 140)),
}


@pytest.fixture(scope="module")
def marked() -> Any:
    return MARK.embed(landscape(), BITS)


@pytest.mark.parametrize("how", KEPT)
def test_all_bits_survive(marked: Any, how: str) -> None:
    assert MARK.read(KEPT[how](marked)).bits == BITS


@pytest.mark.parametrize("how", LEVELLED)
def test_another_brightness_keeps_all_bits_or_turns_all(marked: Any, how: str) -> None:
    trace = MARK.read(LEVELLED[how](marked))
    assert trace.levelled
    assert (trace.bits ^ BITS) in (0, 2**64 - 1)
    assert trace.agrees(BITS)
    assert not trace.agrees(payload("deadbeef00000000" + "0" * 48))


def test_it_is_not_seen_and_always_the_same(marked: Any) -> None:
    error = marked.astype(float) - landscape()
    assert 10 * np.log10(255**2 / (error**2).mean()) > 40
    assert np.array_equal(MARK.embed(landscape(), BITS), marked)


def test_pictures_without_it_have_none(marked: Any) -> None:
    for picture in (landscape(), np.full((300, 300, 3), 128, np.uint8), landscape(700, 260)):
        assert not MARK.read(picture).found
    assert not MARK.read(marked[30:, 30:]).found, "a crop moves every block"
    for picture in (landscape()[:, ::-1], framed(landscape(), (9, 9, 9)), (landscape() * 0.9).astype(np.uint8)):
        assert not MARK.read(picture).found, "what is undone makes no watermark"


def test_another_key_reads_nothing() -> None:
    secret = MARK.embed(landscape(), BITS, b"secret")
    assert MARK.read(secret, b"secret").bits == BITS
    assert not MARK.read(secret).found


def test_it_tells_recipes_apart(marked: Any) -> None:
    trace = MARK.read(KEPT["JPEG 50"](marked))
    assert trace.agrees(BITS)
    assert trace.agrees(BITS ^ 0b111), "a few bits may be lost"
    assert not trace.agrees(payload("deadbeef00000000" + "0" * 48))


def test_a_small_picture_cannot_hold_it() -> None:
    with pytest.raises(ValueError, match="256 pixels"):
        MARK.embed(landscape(300, 200), BITS)
