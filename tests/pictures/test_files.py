from __future__ import annotations

import io
import struct
import warnings
import zlib
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
    assert opaque.notes == ()
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


# Files of unusual kinds, and broken ones


def deep(form, **options):
    """A file of 16 bits a channel: two rows, from black to white, and the reverse."""
    file = io.BytesIO()
    Image.fromarray(np.array([[0, 65535], [65535, 0]], np.uint16)).save(file, form, **options)
    return file.getvalue()


def test_sixteen_bits_are_told_of_whatever_the_channels_and_white_may_be_zero():
    rows = np.array([[[0, 0, 0], [65535, 0, 65535]]], ">u2")
    body = [
        b"IHDR" + struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0),
        b"IDAT" + zlib.compress(b"\0" + rows.tobytes()),
        b"IEND",
    ]
    chunks = [struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in body]
    colours = read_picture(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert colours.notes == ("16 bits a channel became 8",)
    for photometric, corner in ((1, 0), (0, 255)):
        picture = read_picture(deep("TIFF", tiffinfo={262: photometric}))
        assert (picture.pixels[0, 0, 0], picture.pixels[0, 1, 0]) == (corner, 255 - corner)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("part", [0.3, 0.8])
def test_a_file_that_is_cut_off_is_told_by_its_format(form, part):
    file = io.BytesIO()
    Image.fromarray(NOISE).save(file, form)
    data = file.getvalue()
    with pytest.raises(ImageError, match=rf"(?i)the {form} file is damaged"):
        read_picture(data[: int(len(data) * part)])


def test_formats_that_are_not_read_are_told_by_name():
    for name, data in {
        "HEIC": b"\0\0\0\x18ftypheic",
        "JPEG XL": b"\xff\x0a",
        "SVG": b"<?xml version='1.0'?>\n<svg/>",
    }.items():
        with pytest.raises(ImageError, match=f"its format, {name}, is not read"):
            read_picture(data + bytes(40))


PNG = encode_png(NOISE)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (PNG[:-12], "its missing end was added"),
        (PNG[:-16] + bytes(4) + PNG[-12:], "a wrong checksum (IDAT) was mended"),
        *((PNG[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:],
           f"its broken chunk ({chunk[:4].decode()}) left out") for chunk in (b"tRNSx", b"gAMAx", b"sRGB", b"pHYsx")),
    ],
)  # fmt: skip
def test_a_png_that_others_would_refuse_is_written_anew(data, note):
    picture = read_picture(data)
    assert not picture.whole
    assert picture.notes == (note,)
    assert np.array_equal(picture.pixels, NOISE)
