"""What a generator says of itself. Nothing else in the house knows a generator by its name.

A package adds a generator by an entry point in the group `collection.generators`, whose name is the generator's and
whose value is an instance of a GeneratorPlugin:

    [project.entry-points."collection.generators"]
    spiral = "spiral_generator:PLUGIN"

Its table (a `GeneratorTable`) is the [generator] table of collection.toml under `use = "spiral"`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from collection.config.generator import Capabilities, Estimate, Gene, GeneratorTable, StyleSettings
from collection.config.models import Duty
from collection.config.vocabulary import Reading, Vocabulary
from collection.generate.names import Names
from collection.generate.pictures import LentPictures
from collection.generate.prompt_syntax import notes_on
from collection.values import ImageGenerator, Recipe, Rendering

if TYPE_CHECKING:
    from collection.config import Config

__all__ = [
    "Capabilities",
    "Context",
    "Estimate",
    "Gene",
    "GeneratorPlugin",
    "GeneratorTable",
    "Reading",
    "Resources",
    "StyleSettings",
    "Vocabulary",
]

T = TypeVar("T", bound=GeneratorTable)


@dataclass(frozen=True, slots=True)
class Context:
    """What a generator is opened with."""

    folder: Path
    """The project's folder, from which relative paths begin."""
    pictures: LentPictures
    """The pictures that recipes name by SHA-256."""
    file: Callable[[str, str], Path]
    """The path of the project's file of a SHA-256 and a suffix (".safetensors")."""
    generate: Callable[[Sequence[Recipe]], list[Rendering]]
    """Renders recipes of any generator, for one that is made of the pictures of others."""
    table: GeneratorTable | None = None
    """The project's [generator] table, if it is this generator's; else the recipe alone says what is meant."""
    device: str = "auto"
    """The device that the project computes on."""
    names: Names = field(default_factory=lambda: Names(Path()))
    """The paths of this machine by the names that recipes have for them."""
    check: Callable[[Sequence[Recipe]], list[str]] = lambda recipes: []
    """What `check_recipes` of any generator says of recipes."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a generator takes of a machine."""

    device: str | None = None
    """auto, cpu, cuda, cuda:N or mps; None: it uses no device but the processor, and not torch."""
    threads: int | None = None
    """Threads that torch may use in each process; None: torch's own choice."""


class GeneratorPlugin(Generic[T]):
    """A generator before it is opened. Loading the module of one must be quick: heavy imports belong into `open`."""

    name: ClassVar[str]
    """What `use`, and the recipes, call it."""
    table: type[T]
    """Its [generator] table: keys, defaults, limits, capabilities."""
    reproducible: ClassVar[bool] = True
    """Whether the same recipe gives the same pixels. If not, its images cannot be proven by rendering them again."""
    heavy: ClassVar[bool] = False
    """Whether it holds a model in memory. Few of those are kept open at a time."""
    key_options: ClassVar[tuple[str, ...]] = ()
    """Options of a recipe that decide, beside its model, what has to be opened (revision, dtype)."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Distributions that it needs, for `collection doctor`."""

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """A generator for this recipe and all of the same key. Raises GenerationError or WeightsError."""
        raise NotImplementedError

    def key(self, recipe: Recipe) -> Hashable:
        """What recipes have in common that one opened generator renders."""
        fields = self.table.recipe_options().model_fields
        options = tuple(recipe.options.get(name, fields[name].default) for name in self.key_options)
        return recipe.generator, recipe.model, options

    def check(self, config: Config, table: T) -> None:
        """Refuse, before anything is made, what it would refuse later; raises ConfigError or UsageError."""

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """Refuse, before any of them is planned, recipes that it would refuse later; raises GenerationError.

        Returns what people should know of the others: words that mean something to other tools, and nothing to it.
        """
        return notes_on(texts_of(recipes), weights=False)

    def portable(self, recipe: Recipe, names: Names) -> Recipe:
        """The recipe with names in the place of paths of this machine, as it is planned and published."""
        return recipe

    def files(self, recipe: Recipe, names: Names) -> Sequence[tuple[bytes, str]]:
        """The files, each with its suffix, that a portable recipe names by SHA-256: planning keeps them in the project.

        Raises ConfigError where one cannot be read.
        """
        return ()

    def resources(self, table: T) -> Resources:
        """What it takes of the machine."""
        return Resources()

    def license(self, recipe: Recipe, table: T | None) -> str | None:
        """The license of the model that makes the recipe, recorded with its image; None: no claim is made."""
        return None

    def attribution(self, recipe: Recipe, table: T | None) -> str | None:
        """Whom that license asks to name, recorded with the image as the license is."""
        return None

    def duties(self, recipe: Recipe, table: T | None) -> tuple[Duty, ...]:
        """What that license asks of whoever publishes the image, recorded with it; `freeze` holds the set to it."""
        return ()

    def vocabulary(self, model: str, folder: Path) -> Vocabulary | None:
        """The words that it can paint; None: it reads whatever is written, as most models do.

        `model` is that of a recipe, or where it lies on this machine; relative paths begin at `folder`, the project.
        """
        return None

    def examine(self, table: T, folder: Path) -> str:
        """What `collection doctor` says of it in a project's `folder`; raises CollectionError for what is missing."""
        return table.settings()[0]


def texts_of(recipes: Sequence[Recipe]) -> Iterator[str]:
    """All that recipes say in words."""
    for recipe in recipes:
        yield from (recipe.prompt, recipe.negative_prompt)
        yield from (style.prompt for style, _ in (*recipe.blend.parts, *recipe.switch_to.parts))


def plugin_of(name: str, found: Any) -> GeneratorPlugin[Any]:
    """What an entry point holds, if it is a GeneratorPlugin of that name; raises TypeError or ValueError."""
    if not isinstance(found, GeneratorPlugin):
        raise TypeError(f"a GeneratorPlugin was expected, not {type(found).__name__}")
    if found.name != name:
        raise ValueError(f"it calls itself {found.name!r}, its entry point {name!r}")
    if isinstance(found.packages, str) or not all(isinstance(name, str) and name for name in found.packages):
        raise ValueError("its packages are no tuple of names of distributions")
    unknown = [option for option in found.key_options if option not in found.table.recipe_options().model_fields]
    if unknown:
        raise ValueError(f"its key_options name no option of its table: {', '.join(unknown)}")
    return found
