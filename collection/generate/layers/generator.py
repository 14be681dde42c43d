"""Recipes of layers become pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.generate.layers.canvas import Canvas
from collection.generate.layers.moving import encode, timeline
from collection.generate.layers.sheets import Sheets
from collection.generate.layers.table import BATCH, LayersOptions
from collection.values import Recipe, Rendering


class Layers:
    """Draws the stacks of recipes (an ImageGenerator), several side by side. Each picture is decoded once."""

    batch_size = BATCH

    def __init__(self, path: Callable[[str, str], Path]) -> None:
        """`path` says where the project's file of a SHA-256 and a suffix lies."""
        self._sheets = Sheets(path)
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, "layers")

    @property
    def identity(self) -> Mapping[str, Any]:
        """The engine, and the versions of what decodes and draws."""
        from importlib.metadata import version

        return {"engine": "layers/1", **{name: version(name) for name in ("pillow", "numpy", "resvg_py")}}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order. Raises GenerationError naming the layer that cannot be drawn."""
        if len(recipes) == 1:
            return [self._render(recipes[0])]
        return list(self._pool.map(self._render, recipes))

    def _render(self, recipe: Recipe) -> Rendering:
        options = LayersOptions.model_validate(dict(recipe.options))
        size = recipe.width, recipe.height
        decoded = [self._sheets.get(sheet, size, options.resize) for sheet in options.stack]

        def drawn(frames: Sequence[int]) -> npt.NDArray[np.uint8]:
            canvas = Canvas(*size, options.background)
            for sheet, layer, number in zip(options.stack, decoded, frames, strict=True):
                canvas.draw(layer.frames[number], sheet.blend, sheet.opacity)
            return canvas.pixels()

        pixels = drawn([0] * len(decoded))
        animation = None
        if any(len(layer.frames) > 1 for layer in decoded):
            animation = _animated(drawn, [layer.times for layer in decoded], options.moving)
        traits = dict(recipe.traits)
        if pixels.shape[2] == 3:
            return Rendering(pixels, traits, animation=animation, drawn=True)
        return Rendering(on_ground(pixels), traits, transparent=pixels, animation=animation, drawn=True)


def _animated(
    drawn: Callable[[Sequence[int]], npt.NDArray[np.uint8]], times: Sequence[Sequence[int]], form: str
) -> tuple[bytes, str]:
    """The file of an animation: every moment at which a layer changes, drawn."""
    from PIL import Image

    places = [place for place, shown in enumerate(times) if len(shown) > 1]
    found: list[Image.Image] = []
    shown: list[int] = []
    for frames, milliseconds in timeline([times[place] for place in places]):
        numbers = [0] * len(times)
        for place, number in zip(places, frames, strict=True):
            numbers[place] = number
        found.append(Image.fromarray(drawn(numbers)).convert("RGBA"))
        shown.append(milliseconds)
    return encode(found, shown, form)


def on_ground(pixels: Any) -> Any:
    """The RGB of RGBA pixels on the ground of all transparent pictures."""
    import numpy as np
    from PIL import Image

    from collection.transparency import laid_on_ground

    return np.asarray(laid_on_ground(Image.fromarray(pixels))[0])
