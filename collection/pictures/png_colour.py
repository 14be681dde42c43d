"""Colours of PNG files that have no ICC profile: the chunks cICP, sRGB, gAMA and cHRM (PNG 3.0, 11.3.2 and 4.3).

Of several the first in that order says what the samples mean; cICP goes before an ICC profile, which goes before the
others.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from collection.errors import ImageError
from collection.pictures.png_chunks import Chunk

if TYPE_CHECKING:
    from PIL import Image

Floats = npt.NDArray[np.float64]
Curve = Callable[[Floats], Floats]
"""Samples from 0 to 1 -> light from 0 to 1."""
Points = tuple[float, ...]
"""x and y (CIE 1931) of white, red, green and blue."""

_D65 = (0.3127, 0.3290)
_BT709: Points = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PRIMARIES: dict[int, Points] = {
    1: _BT709,
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),  # BT.601, 625 lines
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # BT.601, 525 lines
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # DCI-P3
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
}
"""Colour primaries of ITU-T H.273, table 2."""
_SRGB, _LIKE_SRGB = 13, 0.05
"""Transfer of sRGB in H.273, and how far from 1/2.2 a gamma may be that means it."""
_CAM = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""Bradford: from XYZ to what the eye's cones see, in which another white is made up for."""
_ALIKE = 2e-3
"""Chromaticities nearer than this are the same, rounded."""


class PngColour(NamedTuple):
    """What the samples of a PNG file mean."""

    points: Points
    transfer: float
    """13: that of sRGB; below 0: light is the sample to the power of -transfer; else as H.273, table 3."""

    @property
    def is_srgb(self) -> bool:
        """Whether it is what pixels mean everywhere else here."""
        near = max(abs(one - other) for one, other in zip(self.points, _BT709, strict=True)) <= _ALIKE
        return near and _CURVES.get(int(self.transfer)) is _decoded


def png_colour(chunks: Iterable[Chunk], *, profile: bool) -> PngColour | None:
    """What the colour chunks say; None where an ICC `profile` says it, or where there is none of them.

    Raises ImageError ("HDR" and the like) for colours that have no place in sRGB.
    """
    found = {chunk.kind: chunk.body for chunk in chunks if chunk.sound}
    if len(found.get(b"cICP", b"")) == 4:
        primaries, transfer, matrix, full = found[b"cICP"]
        if matrix or full != 1:
            raise ImageError(f"cICP {primaries}/{transfer}/{matrix}/{full}, which has no place in sRGB")
        return coded_colour(primaries, transfer)
    if profile or b"sRGB" in found or not found:
        return None
    points, curve = _BT709, float(_SRGB)
    if len(found.get(b"cHRM", b"")) == 32:
        points = tuple(value / 100_000 for value in struct.unpack(">8I", found[b"cHRM"]))
    if len(found.get(b"gAMA", b"")) == 4:
        gamma = struct.unpack(">I", found[b"gAMA"])[0] / 100_000
        if gamma and abs(gamma * 2.2 - 1) > _LIKE_SRGB:
            curve = -1 / gamma
    return PngColour(points, curve)


def coded_colour(primaries: int, transfer: int) -> PngColour:
    """The colour of two code points of H.273; raises ImageError for HDR and others that have no place in sRGB."""
    if primaries not in _PRIMARIES or transfer not in _CURVES:
        raise ImageError(f"of code points {primaries}/{transfer}, which have no place in sRGB")
    return PngColour(_PRIMARIES[primaries], float(transfer))


def into_srgb(image: Image.Image, colour: PngColour) -> Image.Image:
    """The picture (8 bits a channel, of any mode) in sRGB: RGB, or RGBA if it is transparent. Raises ImageError for
    primaries that span no colours."""
    from PIL import Image as Pillow

    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    pixels = np.asarray(image.convert("RGBA" if alpha else "RGB"))[..., :3]
    light = _curve(colour.transfer)(np.arange(256) / 255)
    matrix = np.linalg.inv(_to_xyz(_BT709)) @ _to_xyz(colour.points)
    found = np.empty_like(pixels)
    for top in range(0, len(pixels), 256):  # of a large picture not all in floating point at once
        mixed = np.clip(light[pixels[top : top + 256]] @ matrix.T, 0, 1)
        found[top : top + 256] = np.rint(255 * _encoded(mixed)).astype(np.uint8)
    done = Pillow.fromarray(found)
    if alpha is not None:
        done.putalpha(alpha)
    return done


def _to_xyz(points: Points) -> Floats:
    """(3, 3): from linear light of these primaries to XYZ seen under D65."""
    corners = [(points[place], points[place + 1]) for place in range(0, 8, 2)]
    if any(y <= 0 for _, y in corners):
        raise ImageError("of primaries that are no colours")
    white, *primaries = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in corners)
    try:
        columns = np.stack(primaries, axis=1)
        found = columns * np.linalg.solve(columns, white)
    except np.linalg.LinAlgError as error:
        raise ImageError("of primaries that span no colours") from error
    x, y = _D65
    cones = (_CAM @ np.array([x / y, 1.0, (1 - x - y) / y])) / (_CAM @ white)
    return np.asarray(np.linalg.inv(_CAM) @ np.diag(cones) @ _CAM @ found)


def _curve(transfer: float) -> Curve:
    return (lambda samples: samples**-transfer) if transfer < 0 else _CURVES[int(transfer)]


def _decoded(samples: Floats) -> Floats:
    """IEC 61966-2-1."""
    return np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)


def _encoded(light: Floats) -> Floats:
    """The same the other way."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


_CURVES: dict[int, Curve] = {
    1: _decoded, 6: _decoded, 14: _decoded, 15: _decoded, _SRGB: _decoded,
    4: lambda samples: samples**2.2, 5: lambda samples: samples**2.8, 8: lambda samples: samples,
}  # fmt: skip
"""Transfer characteristics of H.273, table 3, that are of a picture and not of HDR. Video (1, 6, 14, 15) is shown on
screens of about the curve of sRGB, not by the inverse of a camera's."""
