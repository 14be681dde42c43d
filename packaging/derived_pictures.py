"""Make the pictures of docs/restyle.md: a photograph restyled, dreamed of and restored.

    python packaging/derived_pictures.py [restyle] [dream] [restore]

Needs stlpips-pytorch and scikit-image, whose photographs are taken. Style pictures are those of the sample `restyle`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

REPOSITORY = Path(__file__).parent.parent
IMAGES = REPOSITORY / "docs" / "images"
SIDE, STEPS, STRENGTH = 256, 120, 4.0
GAP = 4
CPU = torch.device("cpu")

sys.path.insert(0, str(REPOSITORY))


def photograph(side: int) -> torch.Tensor:
    """A cup of coffee, (1, 3, side, side)."""
    from skimage import data

    from collection.generate.tensors import as_tensor

    square = Image.fromarray(data.coffee()).crop((60, 0, 460, 400))
    return as_tensor(np.asarray(square.resize((side, side))), CPU)


def style(name: str) -> torch.Tensor:
    """A style picture of the sample."""
    from collection.generate.tensors import as_tensor

    path = REPOSITORY / "samples" / "restyle" / f"{name}.png"
    return as_tensor(np.asarray(Image.open(path).convert("RGB")), CPU)


def sheet(name: str, pictures: Sequence[torch.Tensor], side: int = 160, columns: int = 0) -> None:
    """Write pictures in rows of so many columns; 0: side by side."""
    from collection.generate.tensors import as_pixels

    shown = [
        Image.fromarray(as_pixels(picture, name)).resize((side, side), Image.Resampling.LANCZOS) for picture in pictures
    ]
    columns = columns or len(shown)
    rows, each = -(-len(shown) // columns), side + GAP
    made = Image.new("RGB", (columns * each - GAP, rows * each - GAP), "white")
    for number, picture in enumerate(shown):
        made.paste(picture, (number % columns * each, number // columns * each))
    made.save(IMAGES / f"{name}.jpg", quality=88)


def restyle() -> None:
    """The photograph, two styles, both by halves; below, each style alone and in the photograph's own colours."""
    from collection.generate.style_transfer.colour import with_colours_of
    from collection.generate.style_transfer.gatys import Aims, StyleTarget, painted
    from collection.models.trunk import open_trunk

    trunk, content = open_trunk("vgg16"), photograph(SIDE)
    mosaic, tide = style("mosaic"), style("tide")
    blends = ([StyleTarget(mosaic)], [StyleTarget(tide)], [StyleTarget(mosaic, 0.5), StyleTarget(tide, 0.5)])
    made = [painted(trunk, content, blend, Aims(STRENGTH), STEPS) for blend in blends]
    coloured = [with_colours_of(one, content) for one in made[:2]]
    sheet("restyle", [content, mosaic, tide, made[2], made[0], coloured[0], made[1], coloured[1]], SIDE, columns=4)


def dream() -> None:
    """The photograph, an early and a late layer, and the late one guided by the mosaic."""
    from collection.generate.dream.ascent import Ascent, answer_of, dreamed, guided_by
    from collection.models.trunk import open_trunk

    trunk, content = open_trunk("efficientnet-lite0"), photograph(128)
    ascent = Ascent(octaves=2, steps=6)
    made = [
        dreamed(trunk, layer, content, lambda features: answer_of(features, None), ascent)
        for layer in ("block3", "block9")
    ]
    guide = torch.nn.functional.interpolate(style("mosaic"), (128, 128))
    answer = guided_by(trunk(guide, ["block5"])["block5"])
    sheet("dream", [content, *made, dreamed(trunk, "block5", content, answer, ascent)])


def restore() -> None:
    """Three damaged copies, their median, what is restored from them, and the damage found in the first."""
    from benchmarks.restore import MOVES, damaged
    from collection.generate.restore.damage import compared
    from collection.generate.restore.generator import smoothed
    from collection.generate.tensors import as_pixels, as_tensor

    clean = as_pixels(photograph(128), "photograph")
    draws = np.random.default_rng(4)
    copies = [damaged(clean, draws, *move) for move in MOVES[:3]]
    found = compared(copies)
    made = smoothed(found.merged, found.holes)
    mask = np.repeat((found.damage[0] * 255)[..., None], 3, axis=-1)
    shown = [*copies, np.median(copies, axis=0), made, mask]
    sheet("restore", [as_tensor(each.clip(0, 255).astype(np.uint8), CPU) for each in shown])


if __name__ == "__main__":
    for work in (restyle, dream, restore):
        if work.__name__ in sys.argv[1:] or len(sys.argv) == 1:
            work()
