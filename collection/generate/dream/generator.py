"""Recipes of dreams become pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from collection.errors import GenerationError, WeightsError
from collection.generate.dream.ascent import Answer, Ascent, answer_of, dreamed, guided_by
from collection.generate.pictures import fitted
from collection.generate.plugin import Context
from collection.generate.tensors import as_pixels, as_tensor
from collection.models.determinism import deterministic
from collection.models.device import resolve_device
from collection.models.trunk import Trunk, open_trunk
from collection.models.weights import file_sha256
from collection.values import Recipe, Rendering


class Dreamer:
    """Changes pictures until a layer of one network answers more (an ImageGenerator).

    A recipe's `init_image` is the picture, `model` the network, `options["layer"]` the layer; `options["guide"]` is the
    SHA-256 of a picture whose features are sought.
    """

    batch_size = 1

    def __init__(self, model: str, weights: str, context: Context) -> None:
        """`model` is a network of a package, or the name of the file whose SHA-256 is `weights`."""
        self._context = context
        self._trunk = self._opened(model, weights)

    def _opened(self, model: str, weights: str) -> Trunk:
        device = resolve_device(self._context.device)
        if not weights:
            return open_trunk(model, device=device)
        path: Path = self._context.file(weights, ".safetensors")
        if not path.is_file() or file_sha256(path) != weights:
            raise WeightsError(f"{path}, the network {model}, is gone or changed", "collection dream --vgg FILE again")
        return open_trunk(model, path, device)

    @property
    def identity(self) -> Mapping[str, Any]:
        """torch and its threads, on which the last bits depend; the recipe names the network."""
        return {"versions": {"torch": version("torch")}, "threads": torch.get_num_threads()}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError or UsageError."""
        return [self._render(recipe) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Rendering:
        if not recipe.init_image:
            raise GenerationError(f"the recipe of seed {recipe.seed} names no picture to dream of")
        options = dict(recipe.options)
        layer = str(options["layer"])
        self._trunk.check(layer)
        begin = fitted(self._context.pictures(recipe.init_image), recipe.width, recipe.height)
        picture = as_tensor(begin, self._trunk.device)
        names = ("octaves", "octave_scale", "steps", "rate", "jitter")
        ascent = Ascent(**{name: options[name] for name in names if name in options}, seed=recipe.seed)
        with deterministic():
            made = dreamed(self._trunk, layer, picture, self._answer(recipe, layer), ascent)
        return Rendering(as_pixels(made, f"{recipe.model} {layer}"))

    def _answer(self, recipe: Recipe, layer: str) -> Answer:
        channel, guide = recipe.options.get("channel"), str(recipe.options.get("guide", ""))
        if guide:
            pixels = fitted(self._context.pictures(guide), recipe.width, recipe.height)
            with torch.no_grad():
                return guided_by(self._trunk(as_tensor(pixels, self._trunk.device), [layer])[layer])
        check_channel(self._trunk, layer, channel)
        return lambda features: answer_of(features, channel)


def check_channel(trunk: Trunk, layer: str, channel: int | None) -> None:
    """Raise GenerationError unless the layer has such a channel."""
    with torch.no_grad():
        channels = trunk(torch.zeros(1, 3, 64, 64, device=trunk.device), [layer])[layer].shape[1]
    if channel is not None and channel >= channels:
        raise GenerationError(
            f"{trunk.name} {layer} has channels 0 to {channels - 1}, not {channel}", "choose another --channel"
        )
