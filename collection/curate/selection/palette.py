"""The colours of a set, and of one picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

COLOURS = 8
LOOKED_AT = 96
"""Pictures of a set that are looked at, evenly spread."""
TONES = 64
"""Steps of a histogram."""
SIDE = 24
"""Pixels of the longer side at which each is looked at."""


def palette(thumbnails: Sequence[Path]) -> list[tuple[str, float]]:
    """The dominant colours, as #rrggbb with their share (0 to 1), greatest first; of pictures that are there.

    Median cut (Heckbert 1982) over the pixels of small copies.
    """
    from PIL import Image

    step = max(1, -(-len(thumbnails) // LOOKED_AT))
    found = [pixels for path in thumbnails[::step] if (pixels := _pixels(path)) is not None]
    if not found:
        return []
    row = np.concatenate(found)[np.newaxis]
    cut = Image.fromarray(row).quantize(COLOURS, Image.Quantize.MEDIANCUT)
    colours = np.array(cut.getpalette(), dtype=np.uint8).reshape(-1, 3)
    counts = np.bincount(np.asarray(cut).ravel(), minlength=len(colours))
    order = [place for place in np.argsort(-counts).tolist() if place < len(colours) and counts[place]]
    return [("#" + bytes(colours[place]).hex(), round(float(counts[place] / counts.sum()), 4)) for place in order]


def tones(path: Path) -> list[list[int]]:
    """How many pixels of a picture have each tone, for red, green and blue: TONES counts each, from dark to light."""
    from PIL import Image

    from collection.transparency import laid_on_ground

    with Image.open(path) as image:
        pixels = np.asarray(laid_on_ground(image)[0].convert("RGB")).reshape(-1, 3)
    return [np.bincount(pixels[:, channel] // (256 // TONES), minlength=TONES).tolist() for channel in range(3)]


@lru_cache(maxsize=20_000)
def _pixels(path: Path) -> npt.NDArray[np.uint8] | None:
    """(n, 3); None for a picture that cannot be read."""
    from PIL import Image

    from collection.transparency import laid_on_ground

    try:
        with Image.open(path) as image:
            image.draft("RGB", (SIDE, SIDE))
            small, _ = laid_on_ground(image)
            small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    except OSError:
        return None
    return np.asarray(small).reshape(-1, 3)
