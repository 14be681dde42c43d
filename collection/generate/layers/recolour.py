"""Colour variants: colours of a layer are replaced, and shades near them move with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

REACH = 48.0
"""Levels, by red, green and blue together: a shade so far from every colour that is replaced stays as it is."""
ROWS = 256


def recoloured(image: Image.Image, colours: Mapping[str, str]) -> Image.Image:
    """An RGBA picture with colours (#rrggbb) replaced.

    A pixel at distance d from the nearest colour that is replaced moves by (1 - d / REACH) of what that colour moves
    by: the colour itself becomes exactly its new one, and soft edges stay soft. Alpha stays.
    """
    from PIL import Image

    if not colours:
        return image
    old = np.array([_rgb(colour) for colour in colours], np.float32)
    moves = np.array([_rgb(colour) for colour in colours.values()], np.float32) - old
    pixels = np.array(image)
    for row in range(0, len(pixels), ROWS):
        strip = pixels[row : row + ROWS, :, :3].astype(np.float32)
        nearest, distance = np.zeros(strip.shape[:2], np.intp), np.full(strip.shape[:2], np.inf, np.float32)
        for number, colour in enumerate(old):
            away = np.sqrt(((strip - colour) ** 2).sum(-1))
            closer = away < distance
            nearest[closer], distance[closer] = number, away[closer]
        share = np.clip(1 - distance / REACH, 0, 1)[..., None]
        pixels[row : row + ROWS, :, :3] = np.rint(np.clip(strip + moves[nearest] * share, 0, 255)).astype(np.uint8)
    return Image.fromarray(pixels)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
