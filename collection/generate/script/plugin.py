"""What the generator of artists' scripts says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from collection.errors import ConfigError, UnavailableError
from collection.generate.names import Names
from collection.generate.plugin import Context, GeneratorPlugin
from collection.generate.script.source import SUFFIXES, source_file, suffix_of
from collection.generate.script.table import ScriptTable
from collection.values import ImageGenerator, Recipe

if TYPE_CHECKING:
    from collection.config import Config


class ScriptPlugin(GeneratorPlugin[ScriptTable]):
    """Scripts, each known by its SHA-256 and kept in the project, so that its pictures can be made again."""

    name = "script"
    table = ScriptTable

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """What runs scripts; there is one."""
        from collection.generate.script.generator import ScriptGenerator

        return ScriptGenerator(context)

    def key(self, recipe: Recipe) -> str:
        """One for all."""
        return recipe.generator

    def portable(self, recipe: Recipe, names: Names) -> Recipe:
        """The recipe with the SHA-256 of its script; raises ConfigError where that cannot be read or is another one."""
        sha256, _ = source_file(recipe, names)
        wanted = recipe.options.get("sha256", sha256)
        if wanted != sha256:
            raise ConfigError(
                f"{recipe.model} has the SHA-256 {sha256}, and generator.sha256 wants {wanted}",
                "put the script back as it was, or remove sha256 from [generator]",
            )
        model = names.name(recipe.model, lambda path: sha256)
        libraries = [PurePath(name).name for name in recipe.options.get("libraries", ())]
        options = {**recipe.options, "sha256": sha256, "libraries": libraries}
        return replace(recipe, model=model, options={name: said for name, said in options.items() if said})

    def files(self, recipe: Recipe, names: Names) -> Sequence[tuple[bytes, str]]:
        """The script, libraries included."""
        return [(source_file(replace(recipe, model=names.path(recipe.model)), names)[1], suffix_of(recipe.model))]

    def check(self, config: Config, table: ScriptTable) -> None:
        """The script must be of a language that is known; only JavaScript has libraries."""
        suffix = PurePath(table.script).suffix
        if suffix not in SUFFIXES:
            raise ConfigError(f"generator.script: {table.script} is no script", f"name a file {' or '.join(SUFFIXES)}")
        if table.libraries and suffix != ".js":
            raise ConfigError("generator.libraries: only a script in JavaScript has libraries", "remove libraries")

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """Each script must give the same picture twice, and have the features that are planned as traits."""
        from collection.generate.script.check import check_scripts

        return check_scripts(recipes, context)

    def examine(self, table: ScriptTable, folder: Path) -> str:
        """The script, and how it is confined here."""
        from collection.generate.script.generator import confinement

        path = folder / Path(table.script).expanduser()
        if not path.is_file():
            raise UnavailableError(f"generator.script: {path} is no file", "correct script in [generator]")
        return f"{table.script}, {confinement(path.suffix)}"


PLUGIN = ScriptPlugin()
