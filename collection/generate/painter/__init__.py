"""The embedded painter: a landscape from each seed, in any mixture of its styles, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collection.generate.painter.engine import draw
from collection.generate.painter.manner import STYLES
from collection.generate.painter.sheet import rasterise
from collection.generate.painter.texture import laid
from collection.generate.painter.vocabulary import ODDS, VOCABULARY
from collection.values import Recipe, Rendering

__all__ = ["ENGINE", "ODDS", "STYLES", "VOCABULARY", "Painter", "svg"]

ENGINE = "painter/1"
"""The model of the painter's recipes; another number may paint other pixels."""


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
        """One Rendering a recipe, in order. Raises GenerationError for an unknown style or an impossible size."""
        return [_render(recipe) for recipe in recipes]


def _render(recipe: Recipe) -> Rendering:
    drawing = draw(recipe)
    pixels = laid(rasterise(drawing.svg), drawing.manner, recipe.seed, drawing.scale)
    return Rendering(pixels, dict(drawing.traits))
