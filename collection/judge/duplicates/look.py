"""What of a picture is kept for a second look: a small copy, its plain border, and whether its hash says anything.

A perceptual hash sees 64 bits of grey and a vector sees what a picture is about. Neither sees a trait, a number or a
colour, so neither decides alone: pictures that they find near are laid over each other (`second_look.py`).
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from collection.judge.duplicates.originality import originality
from collection.store.judging_records import Look
from collection.values import Pixels

SIDE = 256
"""Pixels of the small copy's sides; the picture is squeezed into the square."""
_QUALITY = 90
"""Of its JPEG: colours are off by a level or two, and it takes a tenth of the bytes of its pixels."""
_PLAIN = 16
"""Levels within which a border is of one colour: JPEG leaves some."""
_STRAYS = 0.01
"""Share of a border's row that may be of another colour."""
_TONES, _COLOURS = 0.02, 4
"""Part of the variance that the best four colours must leave unexplained in a picture of many tones."""
_DETAIL, _WAVES = 0.03, 3
"""The same of the three lowest frequencies each way."""
_CONTRAST = 6.0
"""Least standard deviation, in levels, of a picture that shows anything."""
_LOW = np.cos(np.pi * np.outer(np.arange(_WAVES), 2 * np.arange(SIDE // 4) + 1) / (SIDE // 2))
_LOW /= np.linalg.norm(_LOW, axis=1, keepdims=True)


def take_look(pixels: Pixels) -> Look:
    """The look of an RGB picture (h, w, 3)."""
    height, width = pixels.shape[:2]
    box, (drawing, evidence) = plain_border(pixels), originality(pixels)
    left, top, right, bottom = box
    inner = pixels[top:bottom, left:right] if 4 * (right - left) * (bottom - top) >= width * height else pixels
    crisp = Image.fromarray(inner).resize((SIDE, SIDE), Image.Resampling.BOX)  # no shades that it does not have
    return Look(width, height, box, is_rich(crisp), drawing, evidence)


def small_copy(pixels: Pixels) -> bytes:
    """The JPEG file of a copy of an RGB picture (h, w, 3) squeezed into a square of `SIDE` pixels."""
    file = io.BytesIO()
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    small.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()


def plain_border(pixels: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what a border of one colour a side surrounds: all of it where there is none.

    Where bars lie above or below, the sides belong to the same border only in their colour: a letterbox around a
    picture that has a border itself leaves it that.
    """
    height, width = pixels.shape[:2]
    top = _plain_rows(pixels)
    if top == height:
        return 0, 0, width, height
    bottom = height - _plain_rows(pixels[::-1])
    bars = [_colour(row) for row, there in ((pixels[0], top), (pixels[-1], bottom < height)) if there]
    across = pixels[top:bottom].swapaxes(0, 1)
    left, right = (
        0 if bars and not any(np.abs(_colour(side[0]) - bar).max() <= _PLAIN for bar in bars) else _plain_rows(side)
        for side in (across, across[::-1])
    )
    return left, top, width - right, bottom


def _colour(row: Pixels) -> npt.NDArray[np.float64]:
    """(3,): the colour of most of a row."""
    return np.asarray(np.median(row.astype(np.int16), axis=0))


def _plain_rows(pixels: Pixels) -> int:
    """How many of the first rows have the colour of the first."""
    colour = _colour(pixels[0])
    for place, row in enumerate(pixels):
        if np.mean(np.abs(row - colour).max(axis=-1) > _PLAIN) > _STRAYS:
            return place
    return len(pixels)


def is_rich(small: Image.Image) -> bool:
    """Whether a picture holds so many tones and so much detail that another light or a turn cannot make it another."""
    pixels = np.asarray(small)
    variance = float(pixels.astype(np.float32).var(axis=(0, 1)).sum())
    if variance < _CONTRAST**2 or _detail(small) < _DETAIL:
        return False
    least = _TONES * variance
    return _least_left(pixels) >= least or _left(small) >= least  # the former takes a hundredth of the time


def _detail(small: Image.Image) -> float:
    """The share of its variance that the lowest frequencies leave unexplained: little of a gradient."""
    coarse = np.asarray(small.reduce(4), dtype=np.float64)
    waves = np.einsum("kh,lw,hwc->klc", _LOW, _LOW, coarse)
    explained = float((waves**2).sum() - (waves[0, 0] ** 2).sum()) / (len(coarse) ** 2)
    spread = float(coarse.var(axis=(0, 1)).sum())
    return 1 - explained / spread if spread > 1e-6 else 0.0


def _left(small: Image.Image) -> float:
    """The variance that its best four colours leave unexplained: little of a flat drawing, a pattern, words."""
    few = small.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=2).convert("RGB")
    differences = np.asarray(small, dtype=np.float32) - np.asarray(few, dtype=np.float32)
    return float((differences**2).sum(axis=-1).mean())


def _least_left(pixels: Pixels) -> float:
    """No four colours leave less of RGB pixels (h, w, 3): what four levels leave that are best for each channel alone.

    Those are found among all cuts of its histogram, by dynamic programming.
    """
    levels, left = np.arange(256), 0.0
    for channel in range(3):
        counts = np.bincount(pixels[..., channel].ravel(), minlength=256)
        weight, first, second = (
            np.subtract.outer(sums, sums).T for sums in (_sums(counts * levels**power) for power in range(3))
        )
        spread = np.where(weight > 0, second - first**2 / np.maximum(weight, 1), 0)  # [from, to): a level's share
        spread[np.tril_indices(257, -1)] = np.inf
        best = spread[0]
        for _ in range(_COLOURS - 1):
            best = (best[:, None] + spread).min(axis=0)
        left += float(best[-1])
    return left / pixels[..., 0].size


def _sums(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(n + 1,): of the first none, one, two and so on."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
