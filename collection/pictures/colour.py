"""Colour profiles: a picture's colours in sRGB (IEC 61966-2-1), which is what pixels mean everywhere else here."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from collection.errors import ImageError

if TYPE_CHECKING:
    from PIL import Image, ImageCms

_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Colour space of a profile (ICC.1:2022, 7.2.6), and Pillow's mode of the pixels that it is for."""
_ALIKE = 2
"""Levels of 255: a profile that moves no colour further is that of sRGB, however it is written."""
_GRID = 17
"""Levels of each channel that are tried for that."""


class _Conversion(NamedTuple):
    mode: str
    name: str
    transform: ImageCms.ImageCmsTransform
    alike: bool
    """Whether it is a profile of sRGB itself."""


def in_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, str]:
    """The picture by its ICC profile in sRGB (RGB, or RGBA if it is transparent), and a note; one that is in sRGB
    stays as it is, with none. Relative colorimetric, with black point compensation.

    Raises ImageError, saying why, for a profile that is broken or of another kind of pixels.
    """
    conversion = _conversion(profile)
    cmyk = image.mode == "CMYK"
    if cmyk != (conversion.mode == "CMYK") or (conversion.mode == "L" and image.mode not in ("1", "L", "LA")):
        raise ImageError("of another kind of pixels")
    if conversion.alike:
        return image, ""
    from PIL import ImageCms

    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    found = ImageCms.applyTransform(image.convert(conversion.mode), conversion.transform)
    assert found is not None  # it is only where the picture is changed in place
    if alpha is not None:
        found.putalpha(alpha)
    return found, f"colours of the profile {conversion.name} became sRGB"


@lru_cache(maxsize=16)
def _conversion(profile: bytes) -> _Conversion:
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space not in _MODES:
            raise ImageError(f"of {space}")
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            _MODES[space],
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise ImageError("broken") from error
    return _Conversion(_MODES[space], _name(source), transform, space == "RGB" and _is_alike(transform))


def _name(profile: ImageCms.ImageCmsProfile) -> str:
    try:
        told = profile.profile.profile_description or ""
    except ValueError:  # of letters that there are not
        told = ""
    return " ".join("".join(letter for letter in told if letter.isprintable()).split())[:60] or "without a name"


def _is_alike(transform: ImageCms.ImageCmsTransform) -> bool:
    from PIL import Image, ImageCms

    levels = np.linspace(0, 255, _GRID).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(_GRID, -1, 3)
    found = ImageCms.applyTransform(Image.fromarray(grid), transform)
    return bool(np.abs(np.asarray(found).astype(int) - grid).max() <= _ALIKE)
