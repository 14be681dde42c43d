"""A picture's colours by its profile become sRGB, and a profile that is broken costs itself alone."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from collection.pictures.files import read_picture

COLOURS = np.stack(np.meshgrid(*[np.linspace(30, 220, 6).astype(np.uint8)] * 3), axis=-1).reshape(36, 6, 3)
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""Display P3's primaries in the profile connection space (D50), as its profiles state them."""
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile of version 2, as ICC.1:2001 lays it out."""
    text = b"trial\0"
    told = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0\0\0\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        **tags,
    }
    place, table, body = 132 + 12 * len(told), b"", b""
    for name, data in told.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", place + len(body), len(data))
        body += data
    head = bytes(4) + b"none" + struct.pack(">I", 0x02100000) + b"mntr" + space + b"XYZ " + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + xyz((0.9642, 1.0, 0.8249))[8:]
    data = head.ljust(128, b"\0") + struct.pack(">I", len(told)) + table + body
    return struct.pack(">I", len(data)) + data[4:]


def matrix_profile(primaries: Any = P3, gamma: float = 2.2) -> bytes:
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, primaries), strict=True))
    return profile(b"RGB ", {**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(gamma))})


WIDE, LINEAR = matrix_profile(), matrix_profile(gamma=1.0)
GREY = profile(b"GRAY", {b"kTRC": curve(1.0)})


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def expected(pixels: np.ndarray, icc: bytes) -> np.ndarray:
    """By the formulas, apart from any library: linear light, D50, Bradford to D65, sRGB (IEC 61966-2-1)."""
    gamma = 1.0 if icc == LINEAR else 2.2
    to_d65 = np.array([
        [0.9555766, -0.0230393, 0.0631636], [-0.0282895, 1.0099416, 0.0210077], [0.0122982, -0.020483, 1.3299098],
    ])  # fmt: skip
    to_rgb = np.array([
        [3.2404542, -1.5371385, -0.4985314], [-0.969266, 1.8760108, 0.041556], [0.0556434, -0.2040259, 1.0572252],
    ])  # fmt: skip
    light = (pixels / 255.0) ** gamma @ np.array(P3) @ to_d65.T @ to_rgb.T
    light = light.clip(0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("icc", [WIDE, LINEAR])
@pytest.mark.parametrize(("form", "options"), [
    ("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 100, "subsampling": 0}),
])  # fmt: skip
def test_colours_are_what_the_profile_says(icc: bytes, form: str, options: dict[str, Any]) -> None:
    pixels = np.repeat(np.repeat(COLOURS, 8, axis=0), 8, axis=1)
    read = read_picture(saved(Image.fromarray(pixels), form, icc_profile=icc, **options))
    assert np.abs(read.pixels - expected(pixels, icc)).mean() < 2
    assert np.percentile(np.abs(read.pixels - expected(pixels, icc)), 99) <= 8
    assert np.abs(read.pixels - pixels.astype(int)).mean() > 3
    assert read.notes == ("colours of the profile trial became sRGB",)
    assert read.whole


def test_a_profile_of_srgb_changes_no_pixel_and_is_not_told() -> None:
    read = read_picture(saved(Image.fromarray(COLOURS), "PNG", icc_profile=SRGB))
    assert np.array_equal(read.pixels, COLOURS)
    assert (read.notes, read.whole) == ((), True)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_grey_by_its_profile(mode: str) -> None:
    grey = Image.fromarray(np.full((4, 4), 55, np.uint8)).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        grey = Image.fromarray(np.full((4, 4), 55 << 8, np.uint16))
    read = read_picture(saved(grey, "PNG", icc_profile=GREY))
    light = 255 * (1.055 * (55 / 255) ** (1 / 2.4) - 0.055)
    assert np.abs(read.pixels.astype(int) - light).max() <= 2
    assert "colours of the profile trial became sRGB" in read.notes


@pytest.mark.parametrize("mode", ["P", "RGBA"])
def test_palettes_and_transparent_pictures_too(mode: str) -> None:
    plain = Image.new("RGB", (4, 4), (40, 200, 60))
    image = plain.convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else plain.convert("RGBA")
    read = read_picture(saved(image, "PNG", icc_profile=LINEAR))
    assert np.abs(read.pixels - expected(np.asarray(plain), LINEAR)).max() <= 2


def test_a_turned_picture_keeps_its_colours() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    read = read_picture(saved(Image.fromarray(COLOURS), "PNG", icc_profile=LINEAR, exif=exif))
    assert np.abs(read.pixels[::-1, ::-1] - expected(COLOURS, LINEAR)).max() <= 2
    assert not read.whole


@pytest.mark.parametrize(("icc", "why"), [
    (b"no profile", "broken"), (WIDE[:90], "broken"), (WIDE[:12] + b"mntrXYZ " + WIDE[20:], "of XYZ"),
    (GREY, "of another"),
])  # fmt: skip
def test_a_broken_profile_costs_the_profile(icc: bytes, why: str) -> None:
    read = read_picture(saved(Image.fromarray(COLOURS), "PNG", icc_profile=icc))
    assert np.array_equal(read.pixels, COLOURS)
    assert "colour profile" in read.notes[0]
    assert why in read.notes[0]
    assert not read.whole


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_to_a_profile_leaves_a_picture(data: st.DataObject) -> None:
    icc = bytearray(WIDE)
    for place in data.draw(st.lists(st.integers(0, len(icc) - 1), max_size=5)):
        icc[place] = data.draw(st.integers(0, 255))
    body = b"x\0\0" + zlib.compress(bytes(icc))
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body + struct.pack(">I", zlib.crc32(b"iCCP" + body))
    png = saved(Image.fromarray(COLOURS), "PNG")
    assert read_picture(png[:33] + chunk + png[33:]).pixels.shape == COLOURS.shape


@pytest.mark.parametrize(("codes", "noted"), [((12, 4), "became"), ((9, 16), "taken for"), ((2, 2), ""), ((1, 1), "")])
def test_the_code_points_of_avif_are_its_colours(codes: tuple[int, int], noted: str) -> None:
    data = saved(Image.fromarray(COLOURS), "AVIF", quality=100, subsampling="4:4:4")
    plain = read_picture(data)
    place = data.index(b"nclx") + 4
    told = read_picture(data[:place] + struct.pack(">HH", *codes) + data[place + 4 :])
    assert [f"{noted} sRGB" in note for note in told.notes] == [True] * bool(noted)
    wanted = expected(plain.pixels, WIDE) if noted == "became" else plain.pixels
    assert np.abs(told.pixels - wanted).max() <= (2 if noted == "became" else 0)


def test_the_profile_of_jpeg_2000_is_applied() -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + kind + body

    data = saved(Image.fromarray(COLOURS), "JPEG2000")
    head, code = data.index(b"jp2h") - 4, data.index(b"jp2c") - 4
    sizes = data[head + 8 : data.index(b"colr") - 4]
    told = data[:head] + box(b"jp2h", sizes + box(b"colr", b"\2\0\0" + WIDE)) + data[code:]
    assert np.abs(read_picture(told).pixels - expected(COLOURS, WIDE)).max() <= 2
