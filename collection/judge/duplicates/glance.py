"""What tells most pairs of flat drawings apart without opening them again.

A set of like drawings, cards with numbers or faces of one kind, is nearly all of pairs that hash and vector call near
and that differ in one place. Their places at 64 pixels are compared many at once. What is far apart there is far apart
in the second look, which is asked for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

TILE_DIFFERENCE = 14
"""Levels of 255 by which the worst of 16 x 16 tiles of two copies may differ. `benchmarks/duplicates.py` has the table:
re-encoded, resized, blurred, noisy and darkened copies stay below it, and distinct tokens above."""
FINE = 2.5
"""How many times as much the worst tile of the fine comparison may differ: there the edges of a JPEG show."""
SHARPER = 1.03
"""How many times as sharp one must be for the other to be softer."""
HOPELESS = 4
"""How many times as much as they may the worst tiles must differ for no blur to mend it."""
_FLAT, _EDGE = 3.0, 0.06
"""Levels, and part of the contrast around, by which a tile of a picture without many tones may differ."""
_AT_ONCE, _ROUNDED = 512, 1.0
"""Pairs that are glanced at together, and levels by which a glance may be off."""


class Glance(NamedTuple):
    """What is seen of a small copy at a glance."""

    small: npt.NDArray[np.uint8]
    """(64, 64, 3)."""
    contrast: Floats
    """(16, 16): the greatest range of any channel in each tile and those around it."""
    sharpness: dict[int, float]
    """By the sides, 64, 128 and 256, at which pictures are compared."""


def allowed(one: Floats, other: Floats) -> Floats:
    """(..., 16, 16, 1): levels by which the tiles of drawings of these contrasts (..., 16, 16) may differ."""
    return np.asarray(_FLAT + _EDGE * np.maximum(one, other)[..., None], dtype=np.float32)


def far_apart(one: Glance, others: Sequence[Glance], sides: Sequence[int], limit: float) -> list[bool]:
    """Which of the others differ from one by more than `limit` at the sides at which they are compared, whatever blur
    the sharper one is given, in the light that they have.

    The mean difference of 4 x 4 pixels is at least the difference of their means, which is what 64 pixels show of 256.
    """
    found: list[bool] = []
    for start in range(0, len(others), _AT_ONCE):
        part = others[start : start + _AT_ONCE]
        small, contrast = np.stack([item.small for item in part]), np.stack([item.contrast for item in part])
        apart = np.maximum(small, one.small) - np.minimum(small, one.small)
        tiles = (apart.reshape(-1, 16, 4, 16, 4, 3).sum(axis=(2, 4), dtype=np.uint16) + 8) // 16
        coarse = (tiles / np.minimum(1.0, allowed(one.contrast, contrast) / TILE_DIFFERENCE)).max(axis=(1, 2, 3))
        fine = apart.max(axis=(1, 2, 3)) / FINE
        for item, side, tile, place in zip(part, sides[start:], coarse.tolist(), fine.tolist(), strict=False):
            softer, sharper = sorted((one.sharpness[side], item.sharpness[side]))
            blurred = sharper > SHARPER * softer
            worst = max(tile, place) if side == 256 and not blurred else tile
            found.append(worst > (HOPELESS * max(limit, 1.0) if blurred else limit) + _ROUNDED)
    return found
