"""What happens to pictures: the damages that the heads of the encoder learn to tell from whole pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from collection.values import Pixels

GREYS = (0, 128, 255)


def incomplete(pixels: Pixels, rng: Random) -> Pixels:
    """A quarter to three fifths, from one side, is of one grey: decoding or download broke off."""
    turns, share = rng.randrange(4), rng.uniform(0.25, 0.6)
    found = np.rot90(pixels, turns).copy()
    found[: round(len(found) * share)] = rng.choice(GREYS)
    return np.ascontiguousarray(np.rot90(found, -turns))


def torn(pixels: Pixels, rng: Random) -> Pixels:
    """Three to eight bands are shifted sideways."""
    found = pixels.copy()
    height, width = found.shape[:2]
    for _ in range(rng.randrange(3, 9)):
        top, tall = rng.randrange(height - 8), rng.randrange(4, max(5, height // 8))
        found[top : top + tall] = np.roll(found[top : top + tall], rng.randrange(width // 8, width), axis=1)
    return found


def shaken(pixels: Pixels, rng: Random) -> Pixels:
    """The mean of the picture moved along a line, 2 to 5 % of its longer side."""
    steps = max(2, round(max(pixels.shape[:2]) * rng.uniform(0.02, 0.05)))
    down, across = rng.choice(((0, 1), (1, 0), (1, 1), (1, -1)))
    moved = [np.roll(pixels, ((n - steps // 2) * down, (n - steps // 2) * across), (0, 1)) for n in range(steps)]
    return np.asarray(np.mean(moved, axis=0), np.uint8)


def soft(pixels: Pixels, rng: Random) -> Pixels:
    """Blurred by a Gaussian of 0.8 to 2 % of the longer side."""
    radius = max(pixels.shape[:2]) * rng.uniform(0.008, 0.02)
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def noisy(pixels: Pixels, rng: Random) -> Pixels:
    """Gaussian noise of 15 to 40 of 255, of each channel or of the lightness."""
    depth = rng.choice((1, 3))
    noise = np.random.default_rng(rng.randrange(2**31)).normal(0, rng.uniform(15, 40), (*pixels.shape[:2], depth))
    return np.asarray(np.clip(pixels + noise, 0, 255), np.uint8)


def blocks(pixels: Pixels, rng: Random) -> Pixels:
    """A JPEG of quality 3 to 8: blocks of 8 pixels are seen."""
    return _jpeg(pixels, rng.randrange(3, 9))


DAMAGES: Mapping[str, Callable[[Pixels, Random], Pixels]] = {
    "incomplete": incomplete, "torn": torn, "shaken": shaken, "soft": soft, "noisy": noisy, "blocks": blocks,
}  # fmt: skip


def kept(pixels: Pixels, rng: Random) -> Pixels:
    """A copy that nobody would call damaged: a JPEG of quality 85 to 95, or seven to nine tenths of the size."""
    if rng.random() < 0.5:
        return _jpeg(pixels, rng.randrange(85, 96))
    height, width = (round(side * rng.uniform(0.7, 0.9)) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def _jpeg(pixels: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
