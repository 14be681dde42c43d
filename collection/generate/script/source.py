"""The file of a script: what recipes say of it, and where its bytes are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePath

from collection.errors import ConfigError, GenerationError
from collection.generate.names import Names
from collection.generate.plugin import Context
from collection.values import Recipe, sha256_hex

SUFFIXES = (".py", ".js")
"""The languages of scripts."""
MOST_BYTES = 16 * 2**20
"""Of a script with its libraries."""
SEPARATOR = b"\n;\n"
"""Between a library and what follows it."""


def suffix_of(model: str) -> str:
    """The suffix of a script by the model of its recipe, which may be a name of `Names`."""
    return PurePath(model.split("@")[0]).suffix


def source_file(recipe: Recipe, names: Names) -> tuple[str, bytes]:
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
