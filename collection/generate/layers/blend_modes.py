"""The operators of the canvas of HTML: how a layer and what lies below it become one.

Formulas: W3C, Compositing and Blending Level 1 (Candidate Recommendation, 21 March 2024), sections 9 and 10. Pictures
are premultiplied by alpha, (h, w, 4) uint8. What can be said in whole numbers is, with products brought back to 8 bits
as the canvas of browsers does it (Skia); the others are worked out in float32 and rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

U8: TypeAlias = "npt.NDArray[np.uint8]"
U: TypeAlias = "npt.NDArray[np.uint16]"
"""Levels, 0 to 255, and products of two of them."""
F: TypeAlias = "npt.NDArray[np.float32]"
"""Float32, 0 to 1."""

OUTSIDE = frozenset({"source-in", "source-out", "destination-in", "destination-atop", "copy"})
"""Operators that change the picture where the layer shows nothing, too."""


def combined(operator: str, below: U8, layer: U8, opacity: float = 1) -> U8:
    """The picture after a layer is drawn upon it, seen through by `opacity`."""
    if operator in EXACT:
        d, s = below.astype(np.uint16), layer.astype(np.uint16)
        if opacity < 1:
            part = np.uint16(round(opacity * 255))
            s = s * (part + 1) >> 8 if operator == "source-over" else _back(s * part)
        found: U = EXACT[operator](s, d, s[..., 3:], d[..., 3:])
        return found.astype(np.uint8)
    under, over = below.astype(np.float32) / 255, layer.astype(np.float32) * np.float32(opacity / 255)
    b, a = under[..., 3:], over[..., 3:]
    mixed = MIXES[operator](_straight(below), _straight(layer))
    sum_ = over * (1 - b) + under * (1 - a)
    sum_[..., :3] += mixed * (a * b)
    sum_[..., 3:] += a * b
    return np.rint(np.clip(sum_, 0, 1) * 255).astype(np.uint8)


def premultiplied(straight: U8) -> U8:
    """A picture of straight alpha, (h, w, 4), premultiplied."""
    levels = straight.astype(np.uint16)
    levels[..., :3] = _near(levels[..., :3] * levels[..., 3:])
    return levels.astype(np.uint8)


def straightened(picture: U8) -> U8:
    """A premultiplied picture with straight alpha, black where nothing is seen."""
    alpha = picture[..., 3:].astype(np.uint32)
    levels = picture.astype(np.uint32)
    levels[..., :3] = np.minimum((levels[..., :3] * 255 + alpha // 2) // np.maximum(alpha, 1), 255)
    levels[..., :3] *= alpha > 0
    return levels.astype(np.uint8)


def _back(product: U) -> U:
    """A product of two levels, or a sum of such, as a level."""
    return (product + 255) >> 8


def _near(product: U) -> U:
    """A product of two levels as the nearest level."""
    half_up = product + 128
    return (half_up + (half_up >> 8)) >> 8


def _hard(s: U, d: U, a: U, b: U, dark: npt.NDArray[np.bool_]) -> U:
    mixed = np.where(dark, 2 * s * d, a * b - 2 * (a - s) * (b - d))
    return _with_alpha(_back(s * (255 - b) + d * (255 - a) + mixed), a, b)


def _with_alpha(colour: U, a: U, b: U) -> U:
    """The colours with the alpha of source-over."""
    found = colour.copy()
    found[..., 3:] = a + _back(b * (255 - a))
    return found


EXACT: Mapping[str, Callable[[U, U, U, U], U]] = {
    "source-over": lambda s, d, a, b: s + _near(d * (255 - a)),
    "source-in": lambda s, d, a, b: _near(s * b),
    "source-out": lambda s, d, a, b: _near(s * (255 - b)),
    "source-atop": lambda s, d, a, b: _back(s * b + d * (255 - a)),
    "destination-over": lambda s, d, a, b: d + _near(s * (255 - b)),
    "destination-in": lambda s, d, a, b: _near(d * a),
    "destination-out": lambda s, d, a, b: _near(d * (255 - a)),
    "destination-atop": lambda s, d, a, b: _back(d * a + s * (255 - b)),
    "lighter": lambda s, d, a, b: np.minimum(s + d, 255),
    "copy": lambda s, d, a, b: s,
    "xor": lambda s, d, a, b: _back(s * (255 - b) + d * (255 - a)),
    "multiply": lambda s, d, a, b: _back(s * (255 - b) + d * (255 - a) + s * d),
    "screen": lambda s, d, a, b: s + d - _near(s * d),
    "darken": lambda s, d, a, b: _with_alpha(s + d - _back(np.maximum(s * b, d * a)), a, b),
    "lighten": lambda s, d, a, b: _with_alpha(s + d - _back(np.minimum(s * b, d * a)), a, b),
    "difference": lambda s, d, a, b: _with_alpha(s + d - 2 * _back(np.minimum(s * b, d * a)), a, b),
    "exclusion": lambda s, d, a, b: _with_alpha(s + d - 2 * _back(s * d), a, b),
    "hard-light": lambda s, d, a, b: _hard(s, d, a, b, 2 * s <= a),
    "overlay": lambda s, d, a, b: _hard(s, d, a, b, 2 * d <= b),
}
"""Of the layer (s), the picture below (d), and the alpha of each (a, b): Porter and Duff, and the plainer blend modes."""


def _straight(picture: U8) -> F:
    """The colour without its alpha, black where nothing is seen."""
    alpha = picture[..., 3:].astype(np.float32)
    return np.minimum(picture[..., :3] / np.where(alpha > 0, alpha, 1), 1).astype(np.float32)


_LUMINANCE = np.array([0.3, 0.59, 0.11], np.float32)
"""Lum(C) of the specification."""


def _color_dodge(below: F, layer: F) -> F:
    light = np.minimum(1, below / np.maximum(1 - layer, 1e-6))
    return np.where(below <= 0, 0, np.where(layer >= 1, 1, light)).astype(np.float32)


def _color_burn(below: F, layer: F) -> F:
    dark = 1 - np.minimum(1, (1 - below) / np.maximum(layer, 1e-6))
    return np.where(below >= 1, 1, np.where(layer <= 0, 0, dark)).astype(np.float32)


def _soft_light(below: F, layer: F) -> F:
    root = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    dark = below - (1 - 2 * layer) * below * (1 - below)
    light = below + (2 * layer - 1) * (root - below)
    return np.where(layer <= 0.5, dark, light).astype(np.float32)


def _lum(colour: F) -> F:
    found: F = (colour @ _LUMINANCE)[..., None]
    return found


def _sat(colour: F) -> F:
    found: F = colour.max(-1, keepdims=True) - colour.min(-1, keepdims=True)
    return found


def _clip_colour(colour: F) -> F:
    """ClipColor(C): into 0 to 1, with the luminance kept."""
    lum, least, most = _lum(colour), colour.min(-1, keepdims=True), colour.max(-1, keepdims=True)
    low = lum + (colour - lum) * lum / np.maximum(lum - least, 1e-6)
    colour = np.where(least < 0, low, colour)
    high = lum + (colour - lum) * (1 - lum) / np.maximum(most - lum, 1e-6)
    return np.where(most > 1, high, colour).astype(np.float32)


def _set_lum(colour: F, lum: F) -> F:
    return _clip_colour(colour + (lum - _lum(colour)))


def _set_sat(colour: F, sat: F) -> F:
    """SetSat(C, s): the least channel becomes 0, the greatest s, and the one between keeps its place."""
    least, span = colour.min(-1, keepdims=True), _sat(colour)
    return np.where(span > 0, (colour - least) * sat / np.maximum(span, 1e-6), 0).astype(np.float32)


MIXES: Mapping[str, Callable[[F, F], F]] = {
    "color-dodge": _color_dodge,
    "color-burn": _color_burn,
    "soft-light": _soft_light,
    "hue": lambda below, layer: _set_lum(_set_sat(layer, _sat(below)), _lum(below)),
    "saturation": lambda below, layer: _set_lum(_set_sat(below, _sat(layer)), _lum(below)),
    "color": lambda below, layer: _set_lum(layer, _lum(below)),
    "luminosity": lambda below, layer: _set_lum(below, _lum(layer)),
}
"""B(Cb, Cs): the colour of what lies below and of the layer, (h, w, 3), become one."""
