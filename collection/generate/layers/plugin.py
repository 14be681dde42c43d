"""What layers say of themselves."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.config.planning import Trait
from collection.errors import ConfigError, GenerationError
from collection.generate.layers.table import LayersGenerator, LayersOptions
from collection.generate.plugin import Context, GeneratorPlugin
from collection.spelling import nearest
from collection.values import ImageGenerator, Recipe

if TYPE_CHECKING:
    from collection.config import Config


class LayersPlugin(GeneratorPlugin[LayersGenerator]):
    """Layers: no model, no device, the same pixels on every machine."""

    name = "layers"
    table = LayersGenerator
    packages = ("pillow", "numpy", "resvg_py")

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """One generator for all recipes: it keeps what it decoded."""
        from collection.generate.layers.generator import Layers

        return Layers(context.file)

    def check(self, config: Config, table: LayersGenerator) -> None:
        """What [traits] states of layers must be there to draw, and no image may be drawn twice."""
        brought = table.traits()
        for name in brought:
            _check_values(name, config.traits[name], table)
        for name, palette in table.palettes.items():
            for layer in palette.layers:
                if layer not in brought:
                    raise ConfigError(
                        f'generator.palettes.{name}.layers: no layer shows "{layer}"{nearest(layer, brought)}',
                        f"the traits of layers: {', '.join(brought)}",
                    )
        if table.moving == "mp4" and shutil.which("ffmpeg") is None:
            raise ConfigError(
                'generator.moving: "mp4" needs ffmpeg, which is not here', 'install ffmpeg, or set moving = "webp"'
            )
        if config.images > config.supply and not any(series.axes.points for series in config.series):
            raise ConfigError(
                f"candidates: {config.images} is more than supply = {config.supply}, and layers draw one picture of "
                "each combination of traits, whatever its seed",
                "leave `candidates` out, or raise supply to have more tokens",
            )

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """Every picture must be one, of the right size; and no two images may come out the same."""
        from collection.generate.layers.examine import check_pictures, check_twins

        _check_engine(recipes)
        table = context.table if isinstance(context.table, LayersGenerator) else None
        check_pictures(recipes, table, context.file)
        check_twins(recipes)
        prompted = any(recipe.prompt for recipe in recipes)
        return ["layers is told no prompt: its pictures follow from traits"] if prompted else []

    def examine(self, table: LayersGenerator, folder: Path) -> str:
        """How many layers and pictures there are; raises ConfigError for what is wrong with their names."""
        said = [f"{name} {len(trait.values)}" for name, trait in table.traits().items()]
        return f"{len(said)} traits of layers in {table.folder}/: {', '.join(said)}"


def _check_values(name: str, trait: Trait, table: LayersGenerator) -> None:
    known = set(table.palettes[name].variants) if name in table.palettes else table.arrangement.values(name)
    for value in trait.values:
        if value not in known:
            raise ConfigError(
                f'traits.{name}: there is no picture for the value "{value}"{nearest(value, sorted(known))}',
                f"its pictures: {', '.join(sorted(known))}",
            )


def _check_engine(recipes: Sequence[Recipe]) -> None:
    for recipe in recipes:
        if recipe.model != "layers/1":
            raise GenerationError(f"recipe of seed {recipe.seed} is for layers {recipe.model}, this is layers/1")
        LayersOptions.model_validate(dict(recipe.options))


PLUGIN = LayersPlugin()
