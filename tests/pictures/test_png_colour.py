"""Colours that a PNG tells in chunks of its own, against the same told by an ICC profile, which LittleCMS reads."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from collection.pictures.files import as_png, read_picture

COLOURS = np.stack(np.meshgrid(*[np.linspace(20, 235, 6).astype(np.uint8)] * 3), axis=-1).reshape(36, 6, 3)
D65 = (0.3127, 0.3290)
P3 = (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
BT709 = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
WARM = (0.3457, 0.3585, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""The primaries of sRGB around the white of D50."""


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chrm(points: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points)))


def gama(gamma: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000)))


def png(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """A PNG with chunks after its header."""
    file = io.BytesIO()
    (Image.fromarray(COLOURS) if image is None else image).save(file, "PNG")
    data = file.getvalue()
    return data[:33] + b"".join(chunks) + data[33:]


def by_profile(points: tuple[float, ...], gamma: float) -> np.ndarray:
    """The same colours by an ICC profile of these primaries, adapted to D50 by the textbook, and this gamma."""
    xyz = [np.array([x / y, 1, (1 - x - y) / y]) for x, y in zip(points[::2], points[1::2], strict=True)]
    white, columns = xyz[0], np.stack(xyz[1:], axis=1)
    cones = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1.0, 0.8249])
    adapted = np.linalg.inv(cones) @ np.diag((cones @ d50) / (cones @ white)) @ cones
    primaries = (adapted @ (columns * np.linalg.solve(columns, white))).T
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile(primaries, gamma)))
    found = ImageCms.profileToProfile(
        Image.fromarray(COLOURS), source, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    return np.asarray(found).astype(int)


def profile(primaries: np.ndarray, gamma: float) -> bytes:
    def xyz(values: np.ndarray) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)

    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 2) + b"a\0" + bytes(78),
            b"cprt": b"text" + bytes(4) + b"none\0\0\0\0", b"wtpt": xyz(np.array([0.9642, 1.0, 0.8249]))}  # fmt: skip
    tags |= {name: xyz(row) for name, row in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body = b"", b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data
    head = bytes(4) + b"none" + struct.pack(">I", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + xyz(np.array([0.9642, 1.0, 0.8249]))[8:]
    data = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(data)) + data[4:]


@pytest.mark.parametrize(
    ("chunks", "points", "gamma"),
    [
        ((gama(1.0),), BT709, 1.0),
        ((gama(1 / 1.8),), BT709, 1.8),
        ((chrm(P3), gama(1.0)), P3, 1.0),
        ((chrm(WARM), gama(1 / 1.8)), WARM, 1.8),
        ((chunk(b"cICP", bytes([12, 8, 0, 1])),), P3, 1.0),
        ((gama(1 / 1.8), chunk(b"cICP", bytes([12, 4, 0, 1]))), P3, 2.2),
    ],
)
def test_colours_are_seen_as_by_an_icc_profile_of_the_same_meaning(
    chunks: tuple[bytes, ...], points: tuple[float, ...], gamma: float
) -> None:
    picture = read_picture(png(*chunks))
    assert np.abs(picture.pixels.astype(int) - by_profile(points, gamma)).max() <= 3
    assert "became sRGB" in " ".join(picture.notes)


@pytest.mark.parametrize(
    "chunks",
    [
        (gama(0.45455),),
        (gama(0.45455), chrm(BT709)),
        (chunk(b"sRGB", b"\0"), gama(1.0), chrm(P3)),
        (chunk(b"cICP", bytes([1, 13, 0, 1])), gama(1.0), chrm(P3)),
        (gama(0.0),),
    ],
)
def test_what_is_srgb_stays_as_it_is(chunks: tuple[bytes, ...]) -> None:
    picture = read_picture(png(*chunks))
    assert (picture.pixels == COLOURS).all()
    assert picture.notes == ()


@pytest.mark.parametrize(
    "chunks",
    [
        (chunk(b"cICP", bytes([9, 16, 0, 1])),),
        (chunk(b"cICP", bytes([1, 13, 0, 0])),),
        (chrm((*D65, 0.5, 0.0, 0.3, 0.6, 0.15, 0.06)), gama(1.0)),
        (chrm((*D65, 0.3, 0.6, 0.3, 0.6, 0.3, 0.6)), gama(1.0)),
    ],
)
def test_colours_without_a_place_in_srgb_cost_themselves_and_are_told(chunks: tuple[bytes, ...]) -> None:
    picture = read_picture(png(*chunks))
    assert (picture.pixels == COLOURS).all()
    assert ["taken for sRGB" in note for note in picture.notes] == [True]


def test_cicp_goes_before_an_icc_profile() -> None:
    wide = zlib.compress(
        profile(np.array([[0.5151, 0.2412, 0], [0.2920, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]]), 2.2)
    )
    icc = chunk(b"iCCP", b"wide\0\0" + wide)
    assert (read_picture(png(icc)).pixels != COLOURS).any()
    assert (read_picture(png(chunk(b"cICP", bytes([1, 13, 0, 1])), icc)).pixels == COLOURS).all()


def test_alpha_palettes_and_grey_are_kept() -> None:
    rgba = Image.fromarray(COLOURS).convert("RGBA")
    rgba.putalpha(Image.fromarray(np.linspace(0, 255, 216).astype(np.uint8).reshape(36, 6)))
    seen = read_picture(png(gama(1.0), image=rgba))
    assert seen.transparent is not None
    assert (seen.transparent[..., 3] == np.asarray(rgba)[..., 3]).all()
    grey = Image.fromarray(np.arange(216, dtype=np.uint8).reshape(36, 6))
    linear = np.asarray(read_picture(png(gama(1.0), image=grey)).pixels)
    assert linear[18, 0, 0] > 150  # half of the light is 188 in sRGB
    assert (linear[..., 0] == linear[..., 2]).all()
    few = Image.fromarray(COLOURS).quantize(16)
    assert read_picture(png(chrm(P3), gama(1.0), image=few)).pixels.shape == COLOURS.shape


def test_a_png_that_is_kept_whole_keeps_its_chunks() -> None:
    data = png(chrm(P3), gama(1.0))
    assert as_png(data, "a.png") == data
