"""Pictures of every kind that people keep, and files that are none."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from collection.errors import ImageError
from collection.pictures.files import Decoded, encode_png, pixel_sha256, read_picture
from collection.transparency import GROUND

RAMP = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def test_our_own_pictures_are_read_as_they_were_written() -> None:
    read = read_picture(encode_png(RAMP))
    assert np.array_equal(read.pixels, RAMP)
    assert (read.format, read.notes, read.whole) == ("PNG", (), True)
    assert pixel_sha256(read.pixels) == pixel_sha256(RAMP)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_upper_8_bits(form: str) -> None:
    grey = np.array([[0, 255, 256], [0x7FFF, 0x8000, 0xFFFF]], dtype=np.uint16)
    read = read_picture(saved(Image.fromarray(grey), form))
    assert read.pixels[..., 0].tolist() == [[0, 0, 1], [127, 128, 255]]
    assert np.array_equal(read.pixels[..., 0], read.pixels[..., 2])
    assert read.notes == ("16 bits a channel became 8",)


@pytest.mark.parametrize("value", [np.float32(0.5), np.int32(70_000), np.int32(-1)])
def test_pixels_of_an_unknown_range_are_refused(value: np.generic) -> None:
    with pytest.raises(ImageError, match=r"16 bits|floating-point"):
        read_picture(saved(Image.fromarray(np.full((2, 2), value)), "TIFF"))


def test_cmyk_palette_and_transparent_pictures_become_rgb() -> None:
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    cmyk = read_picture(saved(red.convert("CMYK"), "TIFF"))
    assert (cmyk.pixels == (255, 0, 0)).all()
    assert cmyk.notes == ("CMYK became RGB without its colour profile",)
    palette = read_picture(saved(red.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"))
    assert (palette.pixels == (255, 0, 0)).all()
    assert palette.notes == ()
    clear = read_picture(saved(Image.new("RGBA", (4, 4), (9, 8, 7, 0)), "PNG"))
    assert (clear.pixels == GROUND).all()
    assert clear.notes == ("transparency laid on grey",)
    assert clear.whole


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken_and_said(form: str) -> None:
    frames = [Image.new("RGB", (6, 5), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    read = read_picture(saved(frames[0], form, save_all=True, append_images=frames[1:]))
    assert np.abs(read.pixels.astype(int) - (255, 0, 0)).max() <= 4
    assert read.notes == ("the first of 3 frames",)
    assert not read.whole


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_pictures_are_turned_upright_by_their_exif(orientation: int, form: str) -> None:
    """As Pillow's own `exif_transpose` turns them."""
    image = Image.fromarray(RAMP)
    image.getexif()[0x0112] = orientation
    data = saved(image, form, exif=image.getexif())
    read = read_picture(data)
    with Image.open(io.BytesIO(data)) as stored:
        assert np.array_equal(read.pixels, np.asarray(ImageOps.exif_transpose(stored)))
    assert read.pixels.shape == ((8, 6, 3) if orientation < 5 else (6, 8, 3))
    if form == "PNG":
        assert read.whole == (orientation == 1) == (not read.notes)


def test_a_picture_is_not_lost_for_its_broken_exif() -> None:
    data = saved(Image.fromarray(RAMP), "JPEG", exif=b"Exif\0\0" + b"\xff" * 40)
    assert read_picture(data).pixels.shape == RAMP.shape


def test_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    """A file of 43 bytes that claims 65,535 by 65,535 pixels."""
    bomb = saved(Image.new("L", (1, 1)), "GIF").replace(b"\x01\x00\x01\x00", b"\xff\xff\xff\xff")
    with pytest.raises(ImageError, match="pixels"):
        read_picture(bomb)


def test_a_large_picture_is_refused_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    data = saved(Image.new("1", (10_000, 9_000)), "PNG")
    with pytest.raises(ImageError, match="10000x9000"):
        read_picture(data)
    assert not [warning for warning in recwarn if issubclass(warning.category, Image.DecompressionBombWarning)]


@pytest.mark.parametrize(("data", "why"), [(b"", "empty"), (b"# Notes\n", "no picture format"), (b"\0" * 99, "format")])
def test_what_is_no_picture_says_why(data: bytes, why: str) -> None:
    with pytest.raises(ImageError, match=why):
        read_picture(data)


NOISE = Image.fromarray(np.random.default_rng(3).integers(0, 256, (24, 20, 3), dtype=np.uint8))
WHOLE = {form: saved(NOISE, form) for form in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_broken_file_is_a_picture_or_an_image_error_and_nothing_else(form: str, data: st.DataObject) -> None:
    file = bytearray(WHOLE[form])
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), max_size=6)):
        file[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(file)))
    try:
        read = read_picture(bytes(file[:end]))
    except ImageError as error:
        assert error.message
    else:
        assert isinstance(read, Decoded)
        assert read.pixels.dtype == np.uint8
        assert read.pixels.shape[2] == 3


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_no_picture(form: str) -> None:
    with pytest.raises(ImageError):
        read_picture(WHOLE[form][: len(WHOLE[form]) // 2])
