"""Each recipe is rendered by the generator, model and revision that it names, whatever the configuration says today."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from collection.config.generator import GeneratorTable
from collection.errors import CollectionError, GenerationError, UnknownPluginError, UsageError
from collection.generate.names import Names
from collection.generate.pictures import LentPictures, Pictures
from collection.generate.plugin import Context, GeneratorPlugin
from collection.models.device import release_memory
from collection.values import ImageGenerator, Recipe, Rendering, amount, canonical_json

HEAVY = 1
"""Generators with a model in memory that are kept open; recipes come in the order of their models."""


class Router:
    """The generators that a project's recipes name (an ImageGenerator), opened when a recipe first needs them.

    Every rendering says in its own `identity` what made it: generator, model, license, and what the generator adds.
    """

    identity: Mapping[str, Any] = MappingProxyType({})
    """Empty: each rendering has its own."""

    def __init__(
        self, plugin: Callable[[str], GeneratorPlugin[Any]], *, table: GeneratorTable, folder: Path,
        pictures: Pictures, file: Callable[[str, str], Path], device: str = "auto",
        names: Names | None = None,
    ) -> None:  # fmt: skip
        """`plugin` gives the generator of a name, or raises; `table` is the project's own; `folder` the project's."""
        self._plugin = plugin
        self._table = table
        lent = LentPictures(pictures)
        self._context = Context(folder, lent, file, self.generate, None, device, names or Names(folder), self.check)
        self._open: dict[Hashable, ImageGenerator] = {}
        self._heavy: list[Hashable] = []
        self._failed: dict[Hashable, CollectionError] = {}

    @property
    def batch_size(self) -> int:
        """Recipes a call, where they do not say their own `batch_size`."""
        return self._table.default_batch_size

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; recipes for one opened generator are rendered by one call.

        Raises GenerationError, naming the generator, for a recipe that cannot be made: its generator is not installed,
        has not the capability or option that the recipe asks for, or breaks its promise. Raises OutOfMemoryError for a
        batch that the device cannot hold, WeightsError where the project's own model cannot be opened.
        """
        plugins = [self._plugin_of(recipe) for recipe in recipes]
        groups: dict[Hashable, list[int]] = {}
        for index, (recipe, plugin) in enumerate(zip(recipes, plugins, strict=True)):
            groups.setdefault(plugin.key(recipe), []).append(index)
        made: dict[int, Rendering] = {}
        for key, members in groups.items():
            rendered = self._render(key, plugins[members[0]], [recipes[index] for index in members])
            made.update(zip(members, rendered, strict=True))
        return [made[index] for index in range(len(recipes))]

    def check(self, recipes: Sequence[Recipe]) -> list[str]:
        """What people should know of recipes before they are planned.

        Raises UsageError for those that cannot be made, as far as can be known so early.
        """
        notes: list[str] = []
        groups: dict[str, list[Recipe]] = {}
        for recipe in recipes:
            groups.setdefault(recipe.generator, []).append(recipe)
        try:
            for members in groups.values():
                plugin, *_ = [self._plugin_of(recipe) for recipe in members]
                notes += plugin.check_recipes(members, replace(self._context, table=self._own_table(plugin)))
        except CollectionError as error:
            raise UsageError(error.message, error.hint) from error
        return notes

    def _plugin_of(self, recipe: Recipe) -> GeneratorPlugin[Any]:
        try:
            plugin = self._plugin(recipe.generator)
        except UnknownPluginError as error:
            raise GenerationError(
                f'the generator "{recipe.generator}" of this recipe is not installed', "install the package that has it"
            ) from error
        except CollectionError as error:
            raise GenerationError(error.message, error.hint) from error
        refuse_unable(recipe, plugin.table)
        return plugin

    def _render(self, key: Hashable, plugin: GeneratorPlugin[Any], recipes: Sequence[Recipe]) -> list[Rendering]:
        generator = self._opened(key, plugin, recipes[0])
        try:
            rendered = list(generator.generate(recipes))
            identity = dict(generator.identity)
        except CollectionError as error:
            raise self._told(error, recipes[0]) from error
        except Exception as error:  # whatever another's code raises: named, and the rest is made
            raise GenerationError(f"{plugin.name} failed: {type(error).__name__}: {error}") from error
        if len(rendered) != len(recipes):
            raise GenerationError(
                f"{plugin.name} returned {amount(len(rendered), 'picture')} for {amount(len(recipes), 'recipe')}"
            )
        return [
            self._signed(plugin, recipe, identity, rendering)
            for recipe, rendering in zip(recipes, rendered, strict=True)
        ]

    def _opened(self, key: Hashable, plugin: GeneratorPlugin[Any], recipe: Recipe) -> ImageGenerator:
        """The generator of a key; what could not be opened once is not tried again."""
        if key in self._failed:
            raise self._told(self._failed[key], recipe)
        if key not in self._open:
            if plugin.heavy:
                self._make_room()
            try:
                self._open[key] = plugin.open(recipe, replace(self._context, table=self._own_table(plugin)))
            except CollectionError as error:
                self._failed[key] = error
                raise self._told(error, recipe) from error
            except Exception as error:
                self._failed[key] = GenerationError(f"{plugin.name} cannot be opened: {type(error).__name__}: {error}")
                raise self._failed[key] from error
            if plugin.heavy:
                self._heavy.append(key)
        return self._open[key]

    def _make_room(self) -> None:
        while len(self._heavy) >= HEAVY:
            del self._open[self._heavy.pop(0)]
            gc.collect()
            release_memory()

    def _own_table(self, plugin: GeneratorPlugin[Any]) -> GeneratorTable | None:
        return self._table if self._table.use == plugin.name else None

    def _told(self, error: CollectionError, recipe: Recipe) -> CollectionError:
        """What is wrong with one generator costs only its own recipes; of the project's own it stops the work."""
        if isinstance(error, GenerationError):
            return error
        own = (recipe.generator, self._context.names.path(recipe.model)) == (self._table.use, self._table.settings()[0])
        return error if own and not isinstance(error, UsageError) else GenerationError(error.message, error.hint)

    def _signed(
        self, plugin: GeneratorPlugin[Any], recipe: Recipe, identity: Mapping[str, Any], rendering: Rendering
    ) -> Rendering:
        """The rendering, found to be one, with the record of what made it."""
        _check_rendering(plugin.name, recipe, rendering)
        located = replace(recipe, model=self._context.names.path(recipe.model))
        table = self._own_table(plugin)
        license, duties = plugin.license(located, table), plugin.duties(located, table)
        attribution = plugin.attribution(located, table)
        record = {
            **identity,
            **rendering.identity,
            "generator": recipe.generator,
            "model": recipe.model,
            **({"license": license} if license else {}),
            **({"attribution": attribution} if attribution else {}),
            **({"duties": list(duties)} if duties else {}),
            **({} if plugin.reproducible else {"reproducible": False}),
        }
        try:
            canonical_json(record)
        except (UsageError, TypeError) as error:
            raise GenerationError(f"{plugin.name} says of itself what is no JSON: {error}") from error
        return replace(rendering, identity=record)


def refuse_unable(recipe: Recipe, table: type[GeneratorTable]) -> None:
    """Raise GenerationError where a recipe asks its generator for what it cannot do, or has options it has not."""
    able = table.capabilities
    asked = (
        ("begin from a picture", recipe.init_image, able.init_image),
        ("inpaint", recipe.mask_image, able.mask),
        ("mix styles", len(recipe.blend.parts) > 1, able.style_blends),
        ("change its blend on the way", recipe.switch_to.parts, able.prompt_schedules),
        ("move toward another recipe", recipe.interpolation_target, able.interpolation),
    )
    for what, wanted, can in asked:
        if wanted and not can:
            raise GenerationError(f"{recipe.generator} cannot {what}, as the recipe of seed {recipe.seed} asks")
    for style, _ in (*recipe.blend.parts, *recipe.switch_to.parts):
        try:
            table.styles.check(style.settings)
        except ValueError as error:
            raise GenerationError(f"recipe of seed {recipe.seed}: style {style.name}: {error}") from error
    try:
        table.check_options(recipe.options)
    except UsageError as error:
        raise GenerationError(f"recipe of seed {recipe.seed}: {error.message}", error.hint) from error


def _check_rendering(name: str, recipe: Recipe, rendering: Any) -> None:
    """Refuse what is no picture of the size that the recipe says."""
    import numpy as np

    if not isinstance(rendering, Rendering):
        raise GenerationError(f"{name} returned a {type(rendering).__name__}, not a Rendering")
    pixels: Any = rendering.pixels
    if not isinstance(pixels, np.ndarray):
        raise GenerationError(f"{name} returned pixels in a {type(pixels).__name__}, not a numpy array")
    wanted = (recipe.height, recipe.width, 3)
    if pixels.dtype != np.uint8 or pixels.shape != wanted:
        raise GenerationError(
            f"{name} returned {pixels.dtype} pixels of shape {pixels.shape}, not uint8 of shape {wanted}"
        )
    _check_extras(name, recipe, rendering)
    if not all(isinstance(part, str) for pair in rendering.features.items() for part in pair):
        raise GenerationError(f"{name} returned features that are not texts by name")


def _check_extras(name: str, recipe: Recipe, rendering: Rendering) -> None:
    """Refuse alpha of another size than the picture, and an animation that is no file."""
    import numpy as np

    alpha: Any = rendering.transparent
    wanted = (recipe.height, recipe.width, 4)
    if alpha is not None and not (isinstance(alpha, np.ndarray) and alpha.dtype == np.uint8 and alpha.shape == wanted):
        raise GenerationError(f"{name} returned transparent pixels that are no uint8 array of shape {wanted}")
    match rendering.animation:
        case None | (bytes(), str()):
            return
    raise GenerationError(f"{name} returned an animation that is no file with its suffix")
