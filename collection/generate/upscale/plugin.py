"""What the two generators say of themselves that make larger pictures of other images."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, GeneratorTable, known_table, read_options
from collection.errors import CollectionError, GenerationError, UsageError
from collection.generate.plugin import Context, GeneratorPlugin
from collection.values import ImageGenerator, Recipe

_OF_PICTURES = Capabilities(init_image=True, style_blends=True, prompt_schedules=True)
"""Their recipes keep the blends of the small picture, which were carried out when that was made."""


class TilesTable(GeneratorTable):
    """What recipes of tiles say, beside the options of the generator that paints them."""

    use: Literal["tiles"] = "tiles"
    model: str = Field(min_length=1)
    """The model that paints the tiles."""
    painter: str = Field(min_length=1)
    """The generator that paints the tiles."""
    tile: int = Field(ge=64, le=8192)
    """Pixels of a tile's side."""

    capabilities: ClassVar[Capabilities] = replace(_OF_PICTURES, enlarges_others="tiles")
    configurable: ClassVar[bool] = False

    @classmethod
    def check_options(cls, options: Mapping[str, Any]) -> None:
        """Its own options, and those of the generator that paints the tiles."""
        own = {name: value for name, value in options.items() if name in ("painter", "tile")}
        name = read_options("tiles", cls.recipe_options(), own).painter
        painter = known_table(name)
        if painter is None or not painter.capabilities.init_image:
            raise UsageError(f'no generator "{name}" that could paint tiles is installed')
        painter.check_options({name: value for name, value in options.items() if name not in own})


class TilesPlugin(GeneratorPlugin[TilesTable]):
    """Paints an enlarged picture anew, tile by tile, through the generator that the recipe names."""

    name = "tiles"
    table = TilesTable

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """Tiles of any painter."""
        from collection.generate.upscale.tiles import Tiles

        return Tiles(context.generate, context.pictures)

    def key(self, recipe: Recipe) -> Hashable:
        """One for all."""
        return recipe.generator

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """What the painter of the tiles would refuse."""
        from collection.generate.upscale.tiles import tile_of

        for recipe in recipes:
            side = min(recipe.options["tile"], recipe.width, recipe.height)
            try:
                context.check([tile_of(recipe, 0, side, side, recipe.init_image)])
            except CollectionError as error:
                raise GenerationError(f"a tile of {side} pixels: {error.message}", error.hint) from error
        return []


class UpscalerTable(GeneratorTable):
    """What recipes of an upscaling model say."""

    use: Literal["upscaler"] = "upscaler"
    model: str = Field(min_length=1)
    """The name of the model's file."""
    scale: int = Field(ge=1, le=16)
    """How many times larger."""
    weights: str = Field(pattern="^[0-9a-f]{64}$")
    """SHA-256 of the model's file."""

    capabilities: ClassVar[Capabilities] = replace(_OF_PICTURES, enlarges_others="model")
    configurable: ClassVar[bool] = False


class UpscalerPlugin(GeneratorPlugin[UpscalerTable]):
    """Enlarges by a trained model in a file."""

    name = "upscaler"
    table = UpscalerTable
    heavy = True
    packages = ("spandrel",)

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The upscaler, which holds one model at a time."""
        from collection.generate.upscale.models import Upscaler

        return Upscaler(context.pictures, context.file, context.device)

    def key(self, recipe: Recipe) -> Hashable:
        """One for all."""
        return recipe.generator


TILES, UPSCALER = TilesPlugin(), UpscalerPlugin()
