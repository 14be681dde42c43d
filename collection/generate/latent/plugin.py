"""What the latent generator says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, Gene, GeneratorTable, StyleSettings
from collection.config.types import Table
from collection.errors import WeightsError
from collection.generate.names import Names
from collection.generate.plugin import Context, GeneratorPlugin, Resources
from collection.values import ImageGenerator, Recipe, Style

if TYPE_CHECKING:
    from collection.generate.latent.model import LatentModel


class LatentStyle(StyleSettings):
    """What a style is to a latent model. Recipes carry the numbers of points and directions, not their files."""

    latent_class: str = ""
    """For a latent model: the class that is drawn; absent: the class of the style's own name, if there is one."""
    latent: str = ""
    """For a latent model: a file with a point, as `collection latent project` makes it of a picture."""
    latent_direction: str = ""
    """For a latent model: a file with a direction, as `collection latent direction` learns it."""
    latent_scale: float = Field(default=1.0, ge=-100, le=100)
    """How far points are moved along that direction, times the weight of the style."""

    def settings(self, name: str, folder: Path) -> Mapping[str, Any]:
        """What is written, with the content of the files; raises ConfigError naming one that holds something else."""
        from collection.generate.latent.point_files import read_vector

        said: dict[str, Any] = self.model_dump(include={"latent_class", "latent_scale"}, exclude_unset=True)
        if self.latent:
            said["latent"] = read_vector(folder / self.latent, "point")
        if self.latent_direction:
            said["latent_direction"] = read_vector(folder / self.latent_direction, "direction")
        return said

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ValueError for a point or a direction that is none, or a class or scale of another type."""
        from collection.generate.latent.point_files import check_vector

        plain = {name: settings[name] for name in ("latent_class", "latent_scale") if name in settings}
        super().check(plain)
        for key in ("latent", "latent_direction"):
            if key in settings:
                try:
                    check_vector(settings[key])
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from error


class _Shared(Table):
    """What the [generator] table and the recipes that come of it both say."""

    truncation: Annotated[float, Gene()] = Field(default=1.0, ge=0, le=2)
    """How far from the middle points are: 1 as the model draws them, less for usual pictures, 0 for the middle."""


class LatentOptions(_Shared):
    """The `options` of a recipe for the latent generator."""

    alpha: Annotated[float, Gene()] = Field(default=0.5, ge=0, le=1)
    """How far the recipe is moved towards its `interpolation_target`."""
    weights: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """SHA-256 of the model's weights: another file of that name is refused."""


class LatentGenerator(_Shared, GeneratorTable):
    """A GAN or the decoder of a VAE: the seed chooses a point of its latent space, the styles its class."""

    use: Literal["latent"] = "latent"
    model: str = Field(min_length=1)
    """The name of a model that `collection train` made, a manifest (.json), or a folder: with latent.json, with a
    TensorFlow.js layers model, or with a diffusers VAE."""
    license: str | None = None
    """The license of the model, told in the metadata of the tokens; absent: what its manifest says."""
    threads: int = Field(default=1, ge=1, le=1024)
    """Threads of each process: another number may give other last bits."""

    capabilities: ClassVar[Capabilities] = Capabilities(style_blends=True, interpolation=True, longest=4096)
    outside: ClassVar[frozenset[str]] = frozenset({"license", "threads"})
    styles: ClassVar[type[StyleSettings]] = LatentStyle

    @classmethod
    def recipe_options(cls) -> type[Table]:
        """LatentOptions."""
        return LatentOptions


class LatentPlugin(GeneratorPlugin[LatentGenerator]):
    """GANs and VAE decoders in five formats."""

    name = "latent"
    table = LatentGenerator
    heavy = True
    key_options = ("weights",)
    packages = ("torch",)

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The model that the recipe names, if its weights are those that the recipe names."""
        from collection.generate.latent.generator import Latent

        return Latent(_opened(recipe, context), recipe.model)

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """Classes, points and directions are those of the model, which must be here; and which styles are silent."""
        from collection.generate.latent.points import place_of

        models: dict[Any, dict[Any, Recipe]] = {}
        for recipe in recipes:
            blend = (*recipe.blend.weights.items(), recipe.width, recipe.height, recipe.interpolation_target is None)
            models.setdefault(self.key(recipe), {}).setdefault(blend, recipe)
        silent: set[str] = set()
        for members in models.values():
            model = _opened(next(iter(members.values())), context)
            for recipe in members.values():
                place_of(recipe, model)
                silent |= {style.name for style, _ in recipe.blend.parts if _says_nothing(style, model)}
        notes = super().check_recipes(recipes, context)
        if any(recipe.prompt for recipe in recipes):
            notes.append("latent is told no prompt: its model reads no words")
        if silent:
            notes.append(f"to this model, which reads no words, styles say nothing: {', '.join(sorted(silent))}")
        return notes

    def portable(self, recipe: Recipe, names: Names) -> Recipe:
        """A model outside of the project has a name, and every recipe names the weights of its model."""
        from collection.generate.latent.manifest import find_model

        try:
            weights = _weights(find_model(names.path(recipe.model), names.folder))
        except WeightsError:  # `generate` tells that it is not here
            return recipe
        options = {**recipe.options, "weights": weights}
        return replace(recipe, model=names.name(recipe.model, lambda _: weights), options=options)

    def resources(self, table: LatentGenerator) -> Resources:
        """The processor, with the table's threads."""
        return Resources("cpu", table.threads)

    def license(self, recipe: Recipe, table: LatentGenerator | None) -> str | None:
        """The table's word on its own model; else the generator tells what the manifest says."""
        return table.license if table and table.model == recipe.model else None

    def examine(self, table: LatentGenerator, folder: Path) -> str:
        """The model and its weights; raises WeightsError where it is not here or does not open."""
        from collection.generate.latent.manifest import find_model
        from collection.generate.latent.model import open_model

        place = find_model(table.model, folder)
        model = open_model(place)
        return f"{table.model}, {model.kind}, weights {model.weights[:12]}, in {place.parent}"


def _opened(recipe: Recipe, context: Context) -> LatentModel:
    from collection.generate.latent.manifest import find_model
    from collection.generate.latent.model import open_model

    model = open_model(find_model(context.names.path(recipe.model), context.folder))
    wanted = recipe.options.get("weights")
    if wanted and wanted != model.weights:
        raise WeightsError(
            f"{recipe.model} has other weights now ({model.weights[:12]}...) than its recipes name ({wanted[:12]}...)",
            "bring the old file back, or `collection plan` again with the new one",
        )
    return model


def _weights(place: Path) -> str:
    from collection.generate.latent.model import weight_files

    files = weight_files(place)
    if not all(file.is_file() for file in files):
        raise WeightsError(f"{place} names weights that are not there")
    return _hashed(tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=16)
def _hashed(files: tuple[tuple[Path, int, int], ...]) -> str:
    from collection.generate.latent.model import weights_sha256

    return weights_sha256([file for file, *_ in files])


def _says_nothing(style: Style, model: LatentModel) -> bool:
    from collection.generate.latent.points import classes_of

    return not (classes_of(style, model) or style.settings.get("latent") or style.settings.get("latent_direction"))


PLUGIN = LatentPlugin()
