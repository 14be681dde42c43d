"""What style transfer says of itself."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, ValidationError

from collection.config.generator import Capabilities, Gene, GeneratorTable, StyleSettings, known_table
from collection.errors import ConfigError, GenerationError
from collection.generate.plugin import Context, GeneratorPlugin, Resources
from collection.generate.style_transfer.styles import RestyleStyle, parts_of
from collection.values import ImageGenerator, Recipe

if TYPE_CHECKING:
    from collection.config import Config


class RestyleGenerator(GeneratorTable):
    """Style transfer: another generator's pictures, or given ones, painted anew in the style of pictures."""

    use: Literal["restyle"] = "restyle"
    engine: Literal["restyle/1"] = "restyle/1"
    """Which style transfer: a later one may paint other pixels, and this line keeps yours."""
    base: str = Field(default="painter", min_length=1)
    """The generator that makes the pictures to paint anew: one that needs no settings of its own."""
    steps: int = Field(default=60, ge=1, le=2000)
    """Evaluations of the loss for styles of pictures; networks take one pass."""
    strength: Annotated[float, Gene()] = Field(default=1, ge=0, le=4)
    """How far to go: 0 leaves the picture, 1 is the style as it is meant; above 1 for styles of pictures alone."""
    smoothness: Annotated[float, Gene()] = Field(default=0, ge=0, le=1000)
    """Weight of the total variation, for styles of pictures: more of it makes calmer surfaces."""
    colours: Literal["style", "content"] = "style"
    """Whose colours the result has: the style's, or those of the picture that is painted anew."""
    weights: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    """SHA-256 of a VGG16's or VGG19's file, which `collection restyle --vgg FILE` keeps; absent: the packaged VGG16."""
    device: str = "auto"
    """cpu, cuda, cuda:1, mps; auto: the best there is."""

    capabilities: ClassVar[Capabilities] = Capabilities(init_image=True, style_blends=True, longest=4096)
    recipe_model: ClassVar[str] = "engine"
    outside: ClassVar[frozenset[str]] = frozenset({"device"})
    styles: ClassVar[type[StyleSettings]] = RestyleStyle


class RestylePlugin(GeneratorPlugin[RestyleGenerator]):
    """Style transfer by torch."""

    name = "restyle"
    table = RestyleGenerator
    heavy = True

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """One for all recipes; networks and VGG are read when a recipe needs them."""
        from collection.generate.style_transfer.generator import Restyler

        return Restyler(context)

    def key(self, recipe: Recipe) -> Hashable:
        """One for all."""
        return recipe.generator

    def resources(self, table: RestyleGenerator) -> Resources:
        """A device of torch."""
        return Resources(table.device)

    def check(self, config: Config, table: RestyleGenerator) -> None:
        """Each blend must be painted in one way, and the base must paint what the blends ask of it."""
        from collection.generate.registry import GENERATORS

        base = known_table(table.base)
        if base is None or table.base == self.name or not base.configurable:
            raise ConfigError(f'generator.base: no generator "{table.base}" makes pictures', 'base = "painter"')
        try:
            of_base = base.model_validate({"use": table.base})
        except ValidationError as error:
            raise ConfigError(
                f"generator.base: {table.base} needs settings of its own", 'base = "painter", or `collection restyle`'
            ) from error
        GENERATORS.get(table.base).check(config, of_base)
        for blend in config.blends():
            try:
                parts_of(Recipe(self.name, table.engine, 0, 64, 64, blend=blend))
            except GenerationError as error:
                raise ConfigError(error.message, error.hint) from error

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """Refuse blends that it cannot paint."""
        for recipe in recipes:
            parts_of(recipe)
        return []


RESTYLE = RestylePlugin()
