"""Recipes of layers become pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from collection.generate.layers.canvas import Canvas
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
        canvas = Canvas(recipe.width, recipe.height, options.background)
        for sheet in options.stack:
            canvas.draw(self._sheets.get(sheet, canvas.size, options.resize), sheet.blend, sheet.opacity)
        pixels = canvas.pixels()
        if pixels.shape[2] == 3:
            return Rendering(pixels, dict(recipe.traits))
        return Rendering(on_ground(pixels), dict(recipe.traits), transparent=pixels)


def on_ground(pixels: Any) -> Any:
    """The RGB of RGBA pixels on the ground of all transparent pictures."""
    import numpy as np
    from PIL import Image

    from collection.transparency import laid_on_ground

    return np.asarray(laid_on_ground(Image.fromarray(pixels))[0])
