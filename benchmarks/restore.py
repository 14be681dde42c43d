"""PSNR and SSIM of restored photographs against the clean ones, beside the plain median of the copies.

    python benchmarks/restore.py [WIDTH]

Each copy has scratches, stains, a missing part and noise of its own; moved copies are shifted and turned a little, too.
The photographs come with scikit-image. Higher is better.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from collection.generate.restore.damage import compared
from collection.generate.restore.generator import smoothed
from collection.values import Pixels

PHOTOGRAPHS = {"coffee": data.coffee, "astronaut": data.astronaut, "chelsea": data.chelsea}
MOVES = ((0.0, (0.0, 0.0)), (0.02, (3.0, -2.0)), (-0.015, (1.5, 2.5)), (0.01, (-4.0, 1.0)))
"""Radians, and pixels (down, right), of each copy."""
NOISE = 4.0
"""Standard deviation, of 0 to 255."""


def moved(picture: Pixels, angle: float, shift: tuple[float, float]) -> np.ndarray:
    if not angle:
        return picture.astype(float)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(picture.shape[:2]) / 2
    offset = middle - matrix @ middle + shift
    planes = [
        ndimage.affine_transform(picture[..., channel].astype(float), matrix, offset, order=3, mode="nearest")
        for channel in range(3)
    ]
    return np.stack(planes, axis=-1)


def damaged(picture: Pixels, draws: np.random.Generator, angle: float, shift: tuple[float, float]) -> Pixels:
    made = moved(picture, angle, shift)
    height, width = picture.shape[:2]
    for _ in range(6):
        top, bottom = (int(column) for column in draws.integers(0, width - 2, 2))
        columns = np.linspace(top, bottom, height).astype(int)
        for side in (0, 1):
            made[np.arange(height), columns + side] = (240, 240, 230)
    rows, columns = np.mgrid[:height, :width]
    for _ in range(2):
        y, x, radius = draws.integers(0, height), draws.integers(0, width), draws.integers(height // 20, height // 8)
        made[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] *= 0.45
    y, x = draws.integers(0, height - height // 8), draws.integers(0, width - height // 8)
    made[y : y + height // 8, x : x + height // 8] = 0
    return (made + draws.normal(0, NOISE, made.shape)).clip(0, 255).astype(np.uint8)


def quality(clean: Pixels, made: np.ndarray) -> str:
    pixels = np.rint(made).clip(0, 255).astype(np.uint8)
    near = peak_signal_noise_ratio(clean, pixels), structural_similarity(clean, pixels, channel_axis=-1)
    return f"{near[0]:>6.2f} {near[1]:.3f}"


def main() -> None:
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 192
    print(f"{'photograph':<11}{'copies':<12}{'first':>13}{'median':>13}{'restored':>13}{'lost':>7}{'seconds':>9}")
    for name, load in PHOTOGRAPHS.items():
        whole = Image.fromarray(load())
        clean = np.asarray(whole.resize((width, round(width * whole.height / whole.width))))
        for still in (True, False):
            draws = np.random.default_rng(1)
            moves = MOVES[:1] * 4 if still else MOVES
            copies = [damaged(clean, draws, *move) for move in moves]
            for count in (2, 3, 4):
                begin = time.perf_counter()
                found = compared(copies[:count])
                made = smoothed(found.merged, found.holes) if found.holes.any() else found.merged
                seconds = time.perf_counter() - begin
                told = [quality(clean, each) for each in (copies[0], np.median(copies[:count], axis=0), made)]
                row = "".join(f"{each:>13}" for each in told)
                what = f"{count} {'still' if still else 'moved'}"
                print(f"{name:<11}{what:<12}{row}{found.holes.mean():>7.1%}{seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
