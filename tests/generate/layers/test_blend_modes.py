"""Every operator draws what the canvas of browsers draws, to within one level."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from collection.generate.layers.blend_modes import EXACT, MIXES, combined, premultiplied, straightened
from collection.generate.layers.generator import Layers
from collection.generate.layers.table import Blend
from collection.values import Recipe, sha256_hex

SIDE = 12
CASES = (("opaque", 1), ("soft", 1), ("opaque", 0.6))


def blend_picture(name: str) -> Image.Image:
    """The pictures that benchmarks/layers.py draws."""
    draw = np.random.default_rng(5)
    for other in ("opaque", "soft", "above"):
        pixels = draw.integers(0, 256, (SIDE, SIDE, 4), dtype=np.uint8)
        pixels[: SIDE // 6] = pixels[: SIDE // 6] // 128 * 255
        pixels[..., 3] = 255 if other == "opaque" else pixels[..., 3]
        if other == "above":
            pixels[:, : SIDE // 6, 3] = 0
            pixels[:, -SIDE // 6 :, 3] = 255
        if other == name:
            return Image.fromarray(pixels)
    raise AssertionError(name)


def kept(pixels: Any) -> Any:
    """Levels as a canvas keeps them: premultiplied."""
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    alpha = pixels[..., 3:].astype(float)
    return np.rint(np.dstack([pixels[..., :3] * alpha / 255, alpha]))


@pytest.mark.parametrize("place, blend", list(enumerate(get_args(Blend))))
def test_within_one_level_of_the_canvas(place: int, blend: str, tmp_path: Path) -> None:
    files = {}
    for name in ("opaque", "soft", "above"):
        blend_picture(name).save(tmp_path / f"{name}.png")
        files[name] = sha256_hex((tmp_path / f"{name}.png").read_bytes())
    at = {digest: tmp_path / f"{name}.png" for name, digest in files.items()}
    golden = np.asarray(Image.open(Path(__file__).parent / "canvas.png"))
    for case, (below, opacity) in enumerate(CASES):
        stack = [
            {"file": f"{files[below]}.png", "name": below},
            {"file": f"{files['above']}.png", "name": "above", "blend": blend, "opacity": opacity},
        ]
        recipe = Recipe("layers", "layers/1", 1, SIDE, SIDE, options={"stack": stack})
        [rendering] = Layers(lambda sha256, suffix: at[sha256]).generate([recipe])
        row = (place * len(CASES) + case) * SIDE
        assert np.abs(kept(rendering.channels) - kept(golden[row : row + SIDE])).max() <= 1, (below, opacity)


def test_every_operator_is_worked_out_once() -> None:
    assert {*EXACT} | {*MIXES} == {*get_args(Blend)} and not {*EXACT} & {*MIXES}


def test_what_shows_nothing_changes_nothing_but_by_operators_that_look_outside() -> None:
    from collection.generate.layers.blend_modes import OUTSIDE

    below = premultiplied(np.asarray(blend_picture("soft")))
    for blend in get_args(Blend):
        left = combined(blend, below, np.zeros_like(below))
        assert (blend in OUTSIDE) == bool(np.abs(left.astype(int) - below).max() > 1), blend


def test_premultiplied_levels_come_back_from_straight_ones() -> None:
    found = premultiplied(np.asarray(blend_picture("above")))
    assert np.array_equal(premultiplied(straightened(found)), found)
