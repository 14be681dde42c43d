"""Thrown colours: a generator that never makes the same picture twice, as a hosted service would."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collection.generate.plugin import Context, GeneratorPlugin, GeneratorTable
from collection.values import ImageGenerator, Recipe, Rendering


class DiceTable(GeneratorTable):
    """Dice."""

    use: Literal["dice"] = "dice"
    model: Literal["dice/1"] = "dice/1"
    """Which dice."""


class DicePlugin(GeneratorPlugin[DiceTable]):
    """Dice, which no seed binds."""

    name = "dice"
    table = DiceTable
    reproducible = False

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The one that throws."""
        return Dice()


class Dice:
    """Throws recipes (an ImageGenerator)."""

    batch_size = 1
    identity: Mapping[str, Any] = {"engine": "dice/1"}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe."""
        import numpy as np

        rng = np.random.default_rng(secrets.randbits(64))
        shapes = [(recipe.height, recipe.width, 3) for recipe in recipes]
        return [Rendering(rng.integers(0, 256, shape, dtype=np.uint8)) for shape in shapes]


PLUGIN = DicePlugin()
