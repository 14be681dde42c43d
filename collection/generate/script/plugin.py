"""What the generator of artists' scripts says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, GeneratorTable
from collection.errors import ConfigError, GenerationError, UnavailableError
from collection.generate.names import Names
from collection.generate.plugin import Context, GeneratorPlugin
from collection.values import ImageGenerator, Recipe, sha256_hex

if TYPE_CHECKING:
    from collection.config import Config

SUFFIXES = (".py", ".js")
"""The languages of scripts."""
MOST_BYTES = 16 * 2**20
"""Of a script with its libraries."""


class ScriptTable(GeneratorTable):
    """An artist's own script, in Python or JavaScript: no model, no download."""

    use: Literal["script"] = "script"
    script: str = Field(min_length=1)
    """The file: NAME.py with render(rng, features, size) and features(rng), or NAME.js for a browser with $fx."""
    libraries: list[str] = Field(default_factory=list)
    """JavaScript files that run before a script in JavaScript: p5.min.js"""
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """What the script must be, libraries included; absent: what the file is. Recipes always say it."""
    timeout: float = Field(default=60, ge=0.1, le=3600)
    """Seconds that one picture may take."""
    memory: int = Field(default=2048, ge=64, le=262_144)
    """Megabytes that one picture may take (Python only)."""

    capabilities: ClassVar[Capabilities] = Capabilities(enlarges="redraws", longest=8192)
    recipe_model: ClassVar[str] = "script"
    outside: ClassVar[frozenset[str]] = frozenset({"timeout", "memory"})


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
        sha256, _ = _kept(recipe, names)
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
        return [(_kept(replace(recipe, model=names.path(recipe.model)), names)[1], suffix_of(recipe.model))]

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


def suffix_of(model: str) -> str:
    """The suffix of a script by the model of its recipe, which may be a name of `Names`."""
    return PurePath(model.split("@")[0]).suffix


def _kept(recipe: Recipe, names: Names) -> tuple[str, bytes]:
    """SHA-256 and bytes of what runs: the libraries and the script, one after the other. Raises ConfigError."""
    paths = [names.folder / Path(name).expanduser() for name in (*recipe.options.get("libraries", ()), recipe.model)]
    try:
        stamps = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        return _bundle(stamps)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        name = getattr(error, "filename", None) or recipe.model
        raise ConfigError(f"the script {name} cannot be read: {why}", "correct script in [generator]") from error


@lru_cache(8)
def _bundle(stamps: tuple[tuple[str, int, int], ...]) -> tuple[str, bytes]:
    """By path, time of change and bytes of each file: planning ten thousand images reads them once."""
    if sum(size for *_, size in stamps) > MOST_BYTES:
        raise ConfigError(f"{stamps[-1][0]} is larger than {MOST_BYTES >> 20} MB", "a script is a text")
    data = SEPARATOR.join(Path(path).read_bytes() for path, *_ in stamps)
    data.decode()
    return sha256_hex(data), data


SEPARATOR = b"\n;\n"
"""Between a library and what follows it."""


def source_of(recipe: Recipe, context: Context) -> str:
    """The script that a recipe names, from the project's files; raises GenerationError where it is gone or changed."""
    sha256 = str(recipe.options.get("sha256", ""))
    hint = "`collection plan` keeps the script that collection.toml names; an earlier one must be put back"
    if not sha256:
        raise GenerationError(f"the recipe of seed {recipe.seed} does not say the SHA-256 of its script", hint)
    path = context.file(sha256, suffix_of(recipe.model))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GenerationError(f"the script {recipe.model} ({sha256[:12]}...) is not in the project", hint) from error
    if sha256_hex(data) != sha256:
        raise GenerationError(f"{path} was changed: it is not the script that the recipe names", hint)
    return data.decode()


PLUGIN = ScriptPlugin()
