"""Recipes become pictures by scripts: the seed makes the hash, planned traits are features, the others are reported."""

from __future__ import annotations

import io
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.plugin import Context
from collection.generate.script import landlock
from collection.generate.script.browser import Browser
from collection.generate.script.confine import able
from collection.generate.script.features import ScriptError, checked_features
from collection.generate.script.page import page
from collection.generate.script.process import Limits, Scripts
from collection.generate.script.seeded import token_hash
from collection.generate.script.source import source_of, suffix_of
from collection.generate.script.table import ScriptTable
from collection.values import Recipe, Rendering

if TYPE_CHECKING:
    from collection.values import Pixels

HINT = "correct the script, then `collection plan` and `collection generate`; docs/scripts.md says what it may do"
ALGORITHMIC = {"digital_source_type": "algorithmicMedia"}
"""IPTC's word for pictures that were computed without a trained model."""


class ScriptGenerator:
    """Runs scripts (an ImageGenerator), each picture in a process or a page of its own."""

    batch_size = 1
    identity: Mapping[str, Any] = {}
    """Empty: each rendering says what ran."""

    def __init__(self, context: Context) -> None:
        self._context, self._limits = context, limits_of(context)
        self._scripts, self._browser = Scripts(), Browser()
        self._sources: dict[tuple[str, Any], str] = {}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError with the script, the seed and what is wrong."""
        return [self.run(recipe)[0] for recipe in recipes]

    def run(self, recipe: Recipe) -> tuple[Rendering, Mapping[str, Any]]:
        """The picture of a recipe, and all that the script said of it: `settable` are the features that can be planned,
        each with the values that it declares, or None."""
        key = (recipe.model, recipe.options.get("sha256"))
        if key not in self._sources:
            self._sources[key] = source_of(recipe, self._context)
        source = self._sources[key]
        in_browser = suffix_of(recipe.model) == ".js"
        try:
            return self._browsed(recipe, source) if in_browser else self._run(recipe, source)
        except ScriptError as error:
            raise GenerationError(f"{recipe.model}, seed {recipe.seed}: {str(error)[:2000]}", HINT) from error

    def close(self) -> None:
        """End the processes."""
        self._scripts.close()
        self._browser.close()

    def _run(self, recipe: Recipe, source: str) -> tuple[Rendering, Mapping[str, Any]]:
        """By a confined process, in Python."""
        import numpy as np
        import PIL

        hash, size = token_hash(recipe.seed), (recipe.width, recipe.height)
        said, pixels = self._scripts.ask(recipe.model, source, hash, size, recipe.traits, self._limits)
        printed = f'; it printed last: "{str(said["printed"])[:300]}"' if said.get("printed") else ""
        if "error" in said:
            raise ScriptError(f"{said['error']}{printed}")
        if len(pixels) != recipe.width * recipe.height * 3:
            raise ScriptError(f"its process answered what is no picture{printed}")
        shaped = np.frombuffer(pixels, np.uint8).reshape(recipe.height, recipe.width, 3)
        versions = {"python": platform.python_version(), "numpy": np.__version__, "pillow": PIL.__version__}
        made = Rendering(shaped, checked_features(said.get("features")), identity={**ALGORITHMIC, **versions})
        return made, {"settable": said.get("settable") or {}}

    def _browsed(self, recipe: Recipe, source: str) -> tuple[Rendering, Mapping[str, Any]]:
        """By a browser, in JavaScript; the token plays the same page."""
        hash, size = token_hash(recipe.seed), (recipe.width, recipe.height)
        shown = page(recipe.model, source, hash, recipe.traits, capture=True)
        said, png = self._browser.ask(shown, size, self._limits)
        if "error" in said:
            raise ScriptError(str(said["error"]))
        settable = _settable(said.get("settable"))
        if unknown := [name for name in recipe.traits if name not in settable]:
            listed = ", ".join(settable) or "it has none"
            raise ScriptError(f'it has no param "{unknown[0]}", which is planned (its params: {listed})')
        token = page(recipe.model, source, hash, recipe.traits, capture=False).text.encode()
        identity = {**ALGORITHMIC, "browser": self._browser.version}
        features = checked_features(said.get("features"))
        made = Rendering(_pixels(png, size), features, identity=identity, animation=(token, ".html"))
        return made, {"settable": settable}


def limits_of(context: Context) -> Limits:
    """Those of the project's table, or the usual ones."""
    table = context.table if isinstance(context.table, ScriptTable) else ScriptTable.model_construct()
    return Limits(table.timeout, table.memory)


def confinement(suffix: str) -> str:
    """How a script of that language is confined on this machine, in words. Raises GenerationError without a browser."""
    if not able():
        return "which cannot be confined on this machine and so is not run"
    if suffix == ".js":
        from collection.generate.script.browser import chromium

        return f"by {chromium()}, without a network by seccomp"
    version = landlock.version()
    reads = f"Landlock {version}" if version else "no Landlock, so that it can read what you can"
    return f"confined by seccomp and {reads}"


def _settable(said: Any) -> dict[str, list[str] | None]:
    """The params of a page by id and by name, each with its values; raises ScriptError for what is no such list."""
    found: dict[str, list[str] | None] = {}
    try:
        for param in said:
            values = param["values"]
            for name in param["names"]:
                found[str(name)] = None if values is None else [str(value) for value in values]
    except (TypeError, KeyError) as error:
        raise ScriptError("it gave $fx.params what is no list of params") from error
    return found


def _pixels(png: bytes, size: tuple[int, int]) -> Pixels:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.size != size:
            raise ScriptError(f"its picture is {image.width}x{image.height}, not {size[0]}x{size[1]}")
        return np.asarray(image.convert("RGB"))
