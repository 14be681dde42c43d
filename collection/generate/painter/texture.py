"""What the hand feels: grain, paper, wood, canvas and the relief of paint, laid on the pixels with integers alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.generate.painter.random_stream import GOLDEN, SplitMixStream, splitmix64
from collection.generate.painter.style_parameters import StyleParameters
from collection.values import Pixels

Integers = npt.NDArray[np.int32]


def apply_texture(pixels: Pixels, parameters: StyleParameters, seed: int, scale: float) -> Pixels:
    """The picture with its textures; `scale` is pixels a unit."""
    height, width = pixels.shape[:2]
    light = np.zeros((height, width), dtype=np.int32)
    key = int(SplitMixStream(seed, "texture").integers(1)[0])
    whole = {name: int(getattr(parameters, name) * 256 + 0.5) for name in ("grain", "paper", "wood", "weave")}
    if whole["grain"]:
        light += (_noise(key, width, height, 1, 1) * whole["grain"]) >> 11
    if whole["paper"]:
        fibres = _noise(key + 1, width, height, _cell(5, scale), _cell(4, scale))
        clouds = _noise(key + 2, width, height, _cell(34, scale), _cell(34, scale))
        light += ((fibres * 2 + clouds * 2) * whole["paper"]) >> 13
    if whole["wood"]:
        rings = _noise(key + 3, width, height, _cell(170, scale), _cell(3, scale))
        light += (rings * whole["wood"]) >> 11
    if whole["weave"]:
        light += (_woven(width, height, _cell(5, scale)) * whole["weave"]) >> 11
    lit = pixels.astype(np.int32)
    relief = int(parameters.relief * 256 + 0.5)
    if relief:
        light += (_relief(lit) * relief) >> 10
    return np.asarray(np.clip(lit + light[:, :, None], 0, 255), dtype=np.uint8)


def _cell(units: float, scale: float) -> int:
    """A length in whole pixels, at least one."""
    return max(1, int(units * scale + 0.5))


def _noise(key: int, width: int, height: int, across: int, down: int) -> Integers:
    """Smooth noise of -128..127 on a lattice of `across` x `down` pixels, interpolated in integers."""
    columns, rows = width // across + 2, height // down + 2
    # A row and a column name their height whatever the size, so that a larger picture has the same texture.
    row, column = np.arange(rows, dtype=np.uint64)[:, None], np.arange(columns, dtype=np.uint64)
    places: npt.NDArray[np.uint64] = row * np.uint64(2**20) + column + np.uint64(key % 2**62)
    hashed = splitmix64(places * np.uint64(GOLDEN))
    lattice = (hashed >> np.uint64(56)).astype(np.int32) - 128
    if across == down == 1:
        return np.asarray(lattice[:height, :width], dtype=np.int32)
    x, y = np.arange(width, dtype=np.int32), np.arange(height, dtype=np.int32)
    left, top = x // across, y // down
    right_part, low_part = (x % across) * 256 // across, ((y % down) * 256 // down)[:, None]
    wide: Integers = lattice[:, left] * (256 - right_part) + lattice[:, left + 1] * right_part
    return np.asarray((wide[top] * (256 - low_part) + wide[top + 1] * low_part) >> 16, dtype=np.int32)


def _woven(width: int, height: int, thread: int) -> Integers:
    """The over and under of a canvas, -128..127."""
    x, y = np.arange(width, dtype=np.int32), np.arange(height, dtype=np.int32)[:, None]
    ridge_x, ridge_y = np.abs((x * 256 // thread) % 512 - 256) - 128, np.abs((y * 256 // thread) % 512 - 256) - 128
    over = ((x // thread + y // thread) % 2).astype(np.int32)
    return np.asarray(ridge_x * over + ridge_y * (1 - over), dtype=np.int32)


def _relief(pixels: Integers) -> Integers:
    """Light from the upper left on ridges of paint: brightness against that of the pixel two below and right."""
    grey = (pixels[:, :, 0] * 77 + pixels[:, :, 1] * 150 + pixels[:, :, 2] * 29) >> 8
    slope = np.zeros_like(grey)
    slope[1:-1, 1:-1] = grey[2:, 2:] - grey[:-2, :-2]
    return np.asarray(np.clip(-slope, -72, 72), dtype=np.int32)
