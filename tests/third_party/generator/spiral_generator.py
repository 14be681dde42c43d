"""Spirals, as a package of somebody else adds them to Collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from collection.errors import GenerationError
from collection.generate.plugin import (
    Capabilities,
    Context,
    Estimate,
    Gene,
    GeneratorPlugin,
    GeneratorTable,
    Resources,
)
from collection.values import ImageGenerator, Recipe, Rendering


class SpiralTable(GeneratorTable):
    """Spirals."""

    use: Literal["spiral"] = "spiral"
    engine: Literal["spiral/1"] = "spiral/1"
    """Which spirals."""
    arms: Annotated[int, Gene()] = Field(default=3, ge=1, le=9)
    """Arms of a spiral."""
    turns: Annotated[float, Gene()] = Field(default=2.5, gt=0, le=20)
    """Turns from the middle to the edge."""
    workshop: str = "here"
    """Where it is drawn; no picture depends on it."""

    capabilities: ClassVar[Capabilities] = Capabilities(enlarges="redraws", longest=2048)
    recipe_model: ClassVar[str] = "engine"
    outside: ClassVar[frozenset[str]] = frozenset({"workshop"})

    def estimate(self) -> Estimate:
        """As measured."""
        return Estimate(1e-7, 2.0, "spirals on one core")


class SpiralPlugin(GeneratorPlugin[SpiralTable]):
    """Spirals of the golden kind."""

    name = "spiral"
    table = SpiralTable
    reproducible = True

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The one that draws."""
        if recipe.model != "spiral/1":
            raise GenerationError(f"these are spiral/1, not {recipe.model}")
        return Spirals()

    def resources(self, table: SpiralTable) -> Resources:
        """No device."""
        return Resources()

    def license(self, recipe: Recipe, table: SpiralTable | None) -> str | None:
        """Of every spiral."""
        return "CC0-1.0"

    def examine(self, table: SpiralTable, folder: Path) -> str:
        """For `collection doctor`."""
        return f"{table.engine}, drawn {table.workshop}"


class Spirals:
    """Draws recipes (an ImageGenerator)."""

    batch_size = 1
    identity: Mapping[str, Any] = {"engine": "spiral/1"}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe."""
        return [_draw(recipe) for recipe in recipes]


def _draw(recipe: Recipe) -> Rendering:
    import numpy as np

    arms, turns = recipe.options["arms"], recipe.options["turns"]
    rows, columns = np.mgrid[0 : recipe.height, 0 : recipe.width]
    y, x = rows / recipe.height - 0.5, columns / recipe.width - 0.5
    angle = np.arctan2(y, x) * arms + np.hypot(x, y) * turns * 12 + recipe.seed % 360
    tones = np.stack([np.sin(angle + shift) for shift in (0, 2, 4)], axis=2)
    return Rendering(np.uint8(np.rint(127.5 + 127.5 * tones)), {"Arms": str(arms)})


PLUGIN = SpiralPlugin()
