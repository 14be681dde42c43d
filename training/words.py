"""Small pieces of English for captions: articles, plurals, colours."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

BACKGROUNDS: Mapping[str, tuple[int, int, int]] = {
    "white": (255, 255, 255), "black": (17, 17, 20), "grey": (150, 152, 156), "red": (206, 48, 44),
    "orange": (244, 144, 40), "yellow": (250, 212, 60), "green": (66, 160, 76), "teal": (34, 148, 148),
    "blue": (44, 98, 200), "purple": (128, 70, 176), "pink": (246, 158, 190), "brown": (122, 78, 48),
    "pale blue": (190, 222, 246), "cream": (250, 240, 214),
}  # fmt: skip
"""Grounds that a drawing may stand on, and what they are called."""


def with_article(name: str) -> str:
    """ "a fox", "an owl"; nothing before what is plural or starts with a number."""
    first = name[:1]
    if not first.isalpha() or (name.endswith(("s", "clothes")) and not name.endswith("ss")):
        return name
    return f"{'an' if first in 'aeiou' else 'a'} {name}"


def plural(name: str) -> str:
    """More than one of it."""
    if name.endswith(("s", "sh", "ch", "x", "z")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def main_colour(pixels: npt.NDArray[np.uint8]) -> str:
    """What colour most of a drawing (h, w, 4) has, or "" where no colour has half of it."""
    opaque = pixels[pixels[..., 3] > 200][:, :3]
    if not len(opaque):
        return ""
    some = opaque[:: max(1, len(opaque) // 400)]
    names = [_name(*(float(value) / 255 for value in pixel)) for pixel in some]
    best = max(set(names), key=lambda name: (names.count(name), name))
    return best if names.count(best) > len(names) / 2 else ""


def _name(red: float, green: float, blue: float) -> str:
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if value < 0.22:
        return "black"
    if saturation < 0.14:
        return "white" if value > 0.88 else "grey"
    degrees = hue * 360
    if degrees < 14 or degrees >= 345:
        return "pink" if saturation < 0.5 and value > 0.8 else "red"
    if degrees < 42:
        return "brown" if value < 0.68 else "orange"
    for limit, name in ((68, "yellow"), (160, "green"), (190, "teal"), (250, "blue"), (295, "purple")):
        if degrees < limit:
            return name
    return "pink"
