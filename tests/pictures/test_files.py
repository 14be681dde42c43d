from __future__ import annotations

import io
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from collection.errors import ImageError
from collection.pictures.files import decode_image, encode_png, pixel_sha256, read_picture
from collection.transparency import GROUND

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


# Transparency


def drawn(colour, box, mode="RGBA", hidden=(255, 255, 255), **options):
    """The PNG file of a box of one colour on a clear ground."""
    image = Image.new("RGBA", (32, 32), (*hidden, 0))
    image.paste((*colour, 255), box)
    if mode == "P":
        image = image.convert("P", palette=Image.Palette.ADAPTIVE)
    elif mode == "key":
        image = Image.alpha_composite(Image.new("RGBA", image.size, (255, 0, 255, 255)), image).convert("RGB")
        options = {"transparency": (255, 0, 255)}
    elif mode != "RGBA":
        image = image.convert(mode)
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "key"])
def test_transparency_is_laid_on_one_ground_and_is_a_part_of_identity(mode):
    black, white = (read_picture(drawn(colour, (8, 8, 24, 24), mode)) for colour in ((0, 0, 0), (255, 255, 255)))
    bar = read_picture(drawn((255, 255, 255), (8, 12, 24, 20), mode))
    for picture in (black, white, bar):
        assert tuple(picture.pixels[0, 0]) == GROUND
        assert picture.pixels.std() > 20
        assert "transparency laid on grey" in picture.notes
        assert picture.channels.shape == (32, 32, 4)
    assert tuple(black.pixels[16, 16]) == (0, 0, 0)
    assert tuple(white.pixels[16, 16]) == (255, 255, 255)
    assert len({picture.pixel_sha256 for picture in (black, white, bar)}) == 3
    assert black.pixel_sha256 == read_picture(drawn((0, 0, 0), (8, 8, 24, 24))).pixel_sha256
    assert pixel_sha256(black.pixels) != black.pixel_sha256


def test_hidden_colours_are_no_part_of_identity_and_opaque_alpha_is_none():
    first, second = (read_picture(drawn((9, 9, 9), (0, 0, 9, 9), hidden=hidden)) for hidden in ((1, 2, 3), (200, 0, 9)))
    assert first.pixel_sha256 == second.pixel_sha256
    file = io.BytesIO()
    Image.fromarray(PIXELS).convert("RGBA").save(file, "PNG")
    opaque = read_picture(file.getvalue())
    assert opaque.transparent is None
    assert opaque.pixel_sha256 == pixel_sha256(PIXELS)


def test_a_png_that_is_written_anew_keeps_its_transparency():
    first = read_picture(drawn((9, 9, 9), (0, 0, 9, 9)))
    again = read_picture(encode_png(first.channels))
    assert again.pixel_sha256 == first.pixel_sha256
    assert np.array_equal(again.pixels, first.pixels)


def test_which_files_keep_every_pixel():
    def saved(form, **options):
        file = io.BytesIO()
        Image.fromarray(NOISE).save(file, form, **options)
        return read_picture(file.getvalue()).lossless

    assert saved("PNG") and saved("WEBP", lossless=True) and saved("BMP")
    assert not (saved("JPEG") or saved("WEBP", quality=90))
