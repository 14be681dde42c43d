"""Flat drawings as artists make them: shapes, faces with teeth, railings, windows, ink on paper. None has a defect.

Each is drawn at four times its size and made smaller, so that its edges are smooth.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from collection.values import Pixels

FINER = 4
Colours = Callable[[], tuple[int, int, int]]


def drawing(kind: str, seed: int, side: int = 512) -> Pixels:
    """One of KINDS, (side, side, 3)."""
    rng, size = np.random.default_rng(seed), side * FINER
    ground = GROUNDS.get(kind) or tuple(int(level) for level in rng.integers(30, 250, 3))
    image = Image.new("RGB", (size, size), ground)
    KINDS[kind](ImageDraw.Draw(image), rng, size)
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


def _colour(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(level) for level in rng.integers(0, 255, 3))


def _circles(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for _ in range(25):
        x, y, reach = (int(number) for number in rng.integers(0, size, 3))
        reach = reach // 6 + 20
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=_colour(rng))


def _blocks(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for _ in range(14):
        x, y, width, height = (int(number) for number in rng.integers(0, size, 4))
        pen.rectangle((x, y, x + width // 2, y + height // 2), _colour(rng), (0, 0, 0), 10 * FINER)


def _hills(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for ridge in range(5):
        start, waves = rng.uniform(0, 6), 4 + 2 * ridge
        across = range(0, size + 20, 20)
        tops = [(x, size * (0.35 + 0.13 * ridge + 0.07 * np.sin(x / size * waves + start))) for x in across]
        pen.polygon([(0, size), *tops, (size, size)], fill=_colour(rng))


def _face(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    def box(*ends: float) -> tuple[float, ...]:
        return tuple(size * end for end in ends)

    pen.ellipse(box(0.2, 0.2, 0.8, 0.85), fill=_colour(rng))
    for x in (0.37, 0.63):
        pen.ellipse(box(x - 0.07, 0.4, x + 0.07, 0.5), fill=(255, 255, 255))
        pen.ellipse(box(x - 0.03, 0.42, x + 0.03, 0.48), fill=(0, 0, 0))
    pen.rectangle(box(0.35, 0.64, 0.65, 0.71), (255, 255, 255), (0, 0, 0), 2 * FINER)
    teeth = int(rng.integers(5, 9))
    for tooth in range(1, teeth):
        x = 0.35 + 0.3 * tooth / teeth
        pen.line(box(x, 0.64, x, 0.71), fill=(0, 0, 0), width=2 * FINER)
    pen.rectangle(box(0.3, 0.85, 0.7, 1.0), fill=_colour(rng))


def _railing(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    pen.rectangle((0, 0, size, size // 2), fill=_colour(rng))
    height, apart = (int(number) * FINER for number in (rng.integers(8, 60), rng.integers(10, 18)))
    for x in range(0, size, apart):
        pen.rectangle((x, size * 0.6, x + 4 * FINER, size * 0.6 + height), fill=(20, 20, 20))


def _windows(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    side = int(rng.integers(8, 20)) * FINER
    for y in range(size // 10, size * 9 // 10, side * 2):
        for x in range(size // 10, size * 9 // 10, side * 2):
            pen.rectangle((x, y, x + side, y + side), fill=(30, 30, 40))


def _lines(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for _ in range(60):
        ends = tuple(int(number) for number in rng.integers(0, size, 4))
        pen.line(ends, fill=_colour(rng), width=int(rng.integers(1, 12)) * FINER)


def _stars(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for x, y in rng.integers(0, size, (int(rng.integers(150, 500)), 2)).tolist():
        reach, light = rng.uniform(0.0013, 0.0045) * size, int(rng.integers(150, 256))
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(light, light, light))


def _snow(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for ridge in range(3):
        start, across = rng.uniform(0, 6), range(0, size + 20, 20)
        tops = [(x, size * (0.4 + 0.2 * ridge + 0.04 * np.sin(6 * x / size + start))) for x in across]
        pen.polygon([(0, size), *tops, (size, size)], fill=(250 - 4 * ridge, 251 - 3 * ridge, 255 - 2 * ridge))
    for x, y in rng.integers(0, size, (int(rng.integers(3, 12)), 2)).tolist():
        tall = size * rng.uniform(0.03, 0.12)
        pen.polygon([(x, y - tall), (x - tall / 4, y), (x + tall / 4, y)], fill=(20, 35, 30))


def _ink(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for line in rng.integers(0, size, (int(rng.integers(5, 40)), 8)).tolist():
        pen.line(line, fill=(0, 0, 0), width=int(rng.integers(1, 4)) * FINER)


GROUNDS = {"paper": (255, 255, 255), "ink": (255, 255, 255), "snow": (246, 248, 252), "stars": (9, 9, 16)}
"""The ground of a kind, where it is not any colour."""
KINDS = {
    "circles": _circles, "blocks": _blocks, "hills": _hills, "face": _face, "railing": _railing, "windows": _windows,
    "lines": _lines, "paper": _lines, "stars": _stars, "snow": _snow, "ink": _ink,
}  # fmt: skip
