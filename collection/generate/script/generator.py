"""Recipes become pictures by scripts: the seed makes the hash, planned traits are features, the others are reported."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from typing import Any

from collection.errors import GenerationError
from collection.generate.plugin import Context
from collection.generate.script import landlock
from collection.generate.script.confine import able
from collection.generate.script.plugin import ScriptTable, source_of
from collection.generate.script.process import Limits, Scripts
from collection.generate.script.seeded import token_hash
from collection.values import Recipe, Rendering


class ScriptGenerator:
    """Runs scripts (an ImageGenerator), each picture in a process of its own."""

    batch_size = 1
    identity: Mapping[str, Any] = {}
    """Empty: each rendering says what ran."""

    def __init__(self, context: Context) -> None:
        self._context, self._limits = context, limits_of(context)
        self._scripts = Scripts()
        self._sources: dict[tuple[str, Any], str] = {}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError with the script, the seed and what is wrong."""
        return [self.run(recipe)[0] for recipe in recipes]

    def run(self, recipe: Recipe) -> tuple[Rendering, Mapping[str, Any]]:
        """The picture of a recipe, and all that the script said of it."""
        key = (recipe.model, recipe.options.get("sha256"))
        if key not in self._sources:
            self._sources[key] = source_of(recipe, self._context)
        source, size = self._sources[key], (recipe.width, recipe.height)
        said, pixels = self._scripts.ask(
            recipe.model, source, token_hash(recipe.seed), size, recipe.traits, self._limits
        )
        return _rendering(recipe, said, pixels), said

    def close(self) -> None:
        """End the processes."""
        self._scripts.close()


def limits_of(context: Context) -> Limits:
    """Those of the project's table, or the usual ones."""
    table = context.table if isinstance(context.table, ScriptTable) else ScriptTable.model_construct()
    return Limits(table.timeout, table.memory)


def confinement(suffix: str) -> str:
    """How a script of that language is confined on this machine, in words."""
    if not able():
        return "which cannot be confined on this machine and so is not run"
    version = landlock.version()
    reads = f"Landlock {version}" if version else "no Landlock, so that it can read what you can"
    return f"confined by seccomp and {reads}"


def _rendering(recipe: Recipe, said: Mapping[str, Any], pixels: bytes) -> Rendering:
    """What a confined process answered, if it is a picture with features; raises GenerationError."""
    import numpy as np

    printed = str(said.get("printed", ""))[:300]
    last = f'; it printed last: "{printed}"' if printed else ""
    if "error" in said:
        raise GenerationError(f"{recipe.model}, seed {recipe.seed}: {str(said['error'])[:2000]}{last}", HINT)
    features = said.get("features")
    known = isinstance(features, dict) and all(isinstance(part, str) for pair in features.items() for part in pair)
    if not known or len(pixels) != recipe.width * recipe.height * 3:
        raise GenerationError(
            f"{recipe.model}, seed {recipe.seed}: its process answered what is no picture{last}", HINT
        )
    import PIL

    made = {
        "digital_source_type": "algorithmicMedia",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pillow": PIL.__version__,
    }
    shaped = np.frombuffer(pixels, np.uint8).reshape(recipe.height, recipe.width, 3)
    return Rendering(shaped, dict(features or {}), identity=made)


HINT = "correct the script, then `collection plan` and `collection generate`; docs/scripts.md says what it may do"
