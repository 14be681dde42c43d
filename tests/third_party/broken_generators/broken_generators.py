"""Each generator here breaks one promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from pydantic import create_model

from collection.generate.plugin import Capabilities, Context, GeneratorPlugin, GeneratorTable
from collection.values import Recipe, Rendering

THING = {"not": "a plugin"}


def _plugin(name: str, pixels: Callable[[Recipe], Any], identity: Any = (), called: str | None = None) -> Any:
    """A plugin whose generator returns what `pixels` says."""
    table: Any = create_model(f"{name.title()}Table", __base__=GeneratorTable, use=(str, name), model=(str, "m"))
    table.capabilities = Capabilities(init_image=True, mask=True, batch=True)

    class Broken(GeneratorPlugin[Any]):
        def open(self, recipe: Recipe, context: Context) -> Any:
            def generate(recipes: Sequence[Recipe]) -> Any:
                return [Rendering(pixels(recipe)) for recipe in recipes][: 0 if name == "few" else None]

            if name == "closed":
                raise OSError("no such device")
            return SimpleNamespace(batch_size=1, identity=dict(identity), generate=generate)

    Broken.name = called or name
    plugin = Broken()
    plugin.table = table
    return plugin


def _noise(recipe: Recipe) -> Any:
    return np.random.default_rng(recipe.seed).integers(0, 256, (recipe.height, recipe.width, 3), dtype=np.uint8)


def _boast(recipe: Recipe) -> Any:
    if recipe.sketch:
        raise NotImplementedError("pictures to begin from come with version 2")
    return _noise(recipe)


MISNAMED = _plugin("misnamed", _noise, called="other")
THIEF = _plugin("painter", _noise)
SMALL = _plugin("small", lambda recipe: _noise(recipe)[:-1])
FLOATS = _plugin("floats", lambda recipe: _noise(recipe) / 255)
LISTS = _plugin("lists", lambda recipe: _noise(recipe).tolist())
FEW = _plugin("few", _noise)
BOASTER = _plugin("boaster", _boast)
SECRETIVE = _plugin("secretive", _noise, identity={"key": object()})
CLOSED = _plugin("closed", _noise)
