"""The operators of the canvas of HTML: how a layer and what lies below it become one.

Formulas: W3C, Compositing and Blending Level 1 (Candidate Recommendation, 21 March 2024), sections 9 and 10. Colours
here are float32, 0 to 1, and premultiplied by alpha where the name says so: (h, w, 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

F: TypeAlias = "npt.NDArray[np.float32]"
"""Float32, 0 to 1."""
Mix: TypeAlias = "Callable[[F, F], F]"
"""B(Cb, Cs): the colour of what lies below and of the layer, (h, w, 3), become one."""

_LUMINANCE = np.array([0.3, 0.59, 0.11], np.float32)
"""Lum(C) of the specification."""

OUTSIDE = frozenset({"source-in", "source-out", "destination-in", "destination-atop", "copy"})
"""Operators that change the picture where the layer shows nothing, too."""

FACTORS: Mapping[str, tuple[Callable[[F, F], F | float], Callable[[F, F], F | float]]] = {
    "source-over": (lambda a, b: 1.0, lambda a, b: 1 - a),
    "source-in": (lambda a, b: b, lambda a, b: 0.0),
    "source-out": (lambda a, b: 1 - b, lambda a, b: 0.0),
    "source-atop": (lambda a, b: b, lambda a, b: 1 - a),
    "destination-over": (lambda a, b: 1 - b, lambda a, b: 1.0),
    "destination-in": (lambda a, b: 0.0, lambda a, b: a),
    "destination-out": (lambda a, b: 0.0, lambda a, b: 1 - a),
    "destination-atop": (lambda a, b: 1 - b, lambda a, b: a),
    "lighter": (lambda a, b: 1.0, lambda a, b: 1.0),
    "copy": (lambda a, b: 1.0, lambda a, b: 0.0),
    "xor": (lambda a, b: 1 - b, lambda a, b: 1 - a),
}
"""Porter and Duff: what of the layer and what of the picture below is kept, by the alpha of each (a, b)."""


def combined(operator: str, below: F, layer: F) -> F:
    """The picture after a layer is drawn upon it; all three premultiplied, (h, w, 4)."""
    a, b = layer[..., 3:], below[..., 3:]
    if operator in FACTORS:
        keep_layer, keep_below = (factor(a, b) for factor in FACTORS[operator])
        return np.minimum(layer * keep_layer + below * keep_below, 1).astype(np.float32)
    mixed = MIXES[operator](_straight(below), _straight(layer))
    found: F = layer * (1 - b) + below * (1 - a)
    found[..., :3] += mixed * (a * b)
    found[..., 3:] += a * b
    return np.clip(found, 0, 1).astype(np.float32)


def _straight(premultiplied: F) -> F:
    """The colour without its alpha, black where nothing is seen."""
    alpha = premultiplied[..., 3:]
    found: F = premultiplied[..., :3] / np.where(alpha > 0, alpha, 1)
    return np.minimum(found, 1)


def _hard_light(below: F, layer: F) -> F:
    return np.where(layer <= 0.5, below * 2 * layer, _screen(below, 2 * layer - 1)).astype(np.float32)


def _screen(below: F, layer: F) -> F:
    return below + layer - below * layer


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


MIXES: Mapping[str, Mix] = {
    "multiply": lambda below, layer: below * layer,
    "screen": _screen,
    "overlay": lambda below, layer: _hard_light(layer, below),
    "darken": np.minimum,
    "lighten": np.maximum,
    "color-dodge": _color_dodge,
    "color-burn": _color_burn,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "difference": lambda below, layer: np.abs(below - layer),
    "exclusion": lambda below, layer: below + layer - 2 * below * layer,
    "hue": lambda below, layer: _set_lum(_set_sat(layer, _sat(below)), _lum(below)),
    "saturation": lambda below, layer: _set_lum(_set_sat(below, _sat(layer)), _lum(below)),
    "color": lambda below, layer: _set_lum(layer, _lum(below)),
    "luminosity": lambda below, layer: _set_lum(below, _lum(layer)),
}
"""B(Cb, Cs) of each blend mode."""
