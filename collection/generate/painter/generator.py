"""Recipes become pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collection.errors import GenerationError
from collection.generate.painter.canvas import rasterise
from collection.generate.painter.engine import draw
from collection.generate.painter.texture import apply_texture
from collection.values import Recipe, Rendering

ENGINE = "painter/1"
"""The model of the recipes that this painter renders; another number may paint other pixels."""


def svg(recipe: Recipe) -> str:
    """The picture as an SVG document, without the grain that only pixels have. Raises GenerationError."""
    return draw(recipe).svg


class Painter:
    """Paints recipes (an ImageGenerator). The seed composes, the prompt steers, the blend decides how it is painted."""

    batch_size = 1

    @property
    def identity(self) -> Mapping[str, Any]:
        """The engine and the versions of what turns its numbers into pixels."""
        from importlib.metadata import version

        return {"engine": ENGINE, "resvg_py": version("resvg_py"), "numpy": version("numpy")}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order. Raises GenerationError for the recipe of another generator or engine, an
        unknown style or an impossible size."""
        for recipe in recipes:
            if (recipe.generator, recipe.model) != ("painter", ENGINE):
                raise GenerationError(
                    f"recipe of seed {recipe.seed} is for {recipe.generator} {recipe.model}, this is painter {ENGINE}"
                )
        return [_render(recipe) for recipe in recipes]


def _render(recipe: Recipe) -> Rendering:
    drawing = draw(recipe)
    pixels = apply_texture(rasterise(drawing.svg), drawing.parameters, recipe.seed, drawing.scale)
    return Rendering(pixels, dict(drawing.traits))
