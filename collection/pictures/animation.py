"""Animated pictures: which of their frames stands for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Pillow's names of formats whose frames are shown one after another. Those of TIFF are pages, of MPO views."""
_LOOKED_AT = 16
"""Frames, evenly spread, among which one is looked for."""
_MOST_PIXELS = 200_000_000
"""Pixels that are decoded for that."""


def representative_frame(image: Image.Image, frames: int) -> int:
    """The place, 0 to `frames` - 1, of a frame that shows the work: the first with at least half the contrast of the
    one with most. Many works begin with a black or empty frame. The image is left at some frame."""
    reach = max(1, min(frames, _MOST_PIXELS // (image.width * image.height)))
    places: list[int] = np.unique(np.linspace(0, reach - 1, _LOOKED_AT).round().astype(int)).tolist()
    contrasts: list[float] = []
    for place in places:
        try:
            image.seek(place)
            contrasts.append(_contrast(image))
        except Exception:  # a broken frame: those before it can be seen
            break
    return next(place for place, value in zip(places, contrasts, strict=False) if value >= max(contrasts) / 2)


def _contrast(image: Image.Image) -> float:
    """The standard deviation of what is seen, over channels and pixels, 0 to 128; transparency is black."""
    seen = np.asarray(image.convert("RGBA")).astype(np.float32)
    return float((seen[..., :3] * seen[..., 3:] / 255).std(axis=(0, 1)).mean())
