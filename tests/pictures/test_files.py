from __future__ import annotations

import io
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from collection.errors import ImageError
from collection.pictures.files import decode_image, encode_png, pixel_sha256

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)

NOISE = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def test_a_png_holds_exactly_these_pixels() -> None:
    assert np.array_equal(decode_image(encode_png(PIXELS), "x"), PIXELS)
    assert encode_png(PIXELS) == encode_png(PIXELS.copy())


def test_the_identity_of_a_picture_is_in_its_pixels_and_its_shape() -> None:
    """Golden: the hash is published in token metadata."""
    assert pixel_sha256(PIXELS) == "ce08176c7564a915de65fcc68ccd80b77b3032ea9ed01dab5e25ef9939bf9374"
    assert pixel_sha256(PIXELS.reshape(6, 4, 3)) != pixel_sha256(PIXELS)
    assert pixel_sha256(PIXELS[:, ::-1]) == pixel_sha256(PIXELS[:, ::-1].copy())


def test_the_filters_of_warnings_are_touched_once_and_not_for_every_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the process's own, and several threads read pictures."""
    data = encode_png(NOISE)
    decode_image(data, "x")
    before = list(warnings.filters)
    monkeypatch.setattr(warnings, "filterwarnings", lambda *_, **__: pytest.fail("the filters were edited again"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: decode_image(data, "x"), range(16)))
    assert list(warnings.filters) == before


def test_pillow_warns_nobody_of_a_large_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 64 * 64 - 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ImageError, match="more than"):
            decode_image(encode_png(NOISE), "x")
    assert caught == []


@pytest.mark.parametrize("data", [b"", b"no picture", encode_png(NOISE)[:2000]])
def test_what_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"cat\.png"):
        decode_image(data, "cat.png")


def test_a_decompression_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ImageError, match=r"bomb\.png"):
        decode_image(encode_png(np.zeros((8, 8, 3), np.uint8)), "bomb.png")


def test_other_modes_become_rgb() -> None:
    file = io.BytesIO()
    Image.new("L", (3, 2), 7).save(file, "PNG")
    assert decode_image(file.getvalue(), "grey").tolist() == [[[7] * 3] * 3] * 2
