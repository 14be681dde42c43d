"""Recipes of restyled pictures become pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from collection.errors import GenerationError, WeightsError
from collection.generate.pictures import fitted
from collection.generate.plugin import Context
from collection.generate.style_transfer.colour import with_colours_of
from collection.generate.style_transfer.feed_forward import StyleNetwork, open_network
from collection.generate.style_transfer.gatys import Aims, StyleTarget, painted
from collection.generate.style_transfer.styles import NETWORK, Part, parts_of
from collection.generate.tensors import as_pixels, as_tensor
from collection.models.determinism import deterministic
from collection.models.device import resolve_device
from collection.models.trunk import Trunk, open_trunk
from collection.models.weights import file_sha256, told_license
from collection.values import Pixels, Recipe, Rendering

ENGINE = "restyle/1"
"""The model of the recipes that this generator renders; another number may paint other pixels."""
_KEPT = 4
"""Networks that stay in memory."""


class Restyler:
    """Paints pictures anew in a blend of styles (an ImageGenerator).

    A recipe's `init_image` is the picture; without one, the generator that `options["base"]` names paints it from the
    same recipe. The styles of the blend name the SHA-256 of pictures (optimisation) or of networks (one pass each,
    mixed by weight).
    """

    batch_size = 1

    def __init__(self, context: Context) -> None:
        self._context = context
        self._device = resolve_device(context.device)
        self._trunk = lru_cache(maxsize=1)(self._open_trunk)
        self._network = lru_cache(maxsize=_KEPT)(self._open_network)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The engine, torch and its threads, on which the last bits depend."""
        return {"engine": ENGINE, "versions": {"torch": version("torch")}, "threads": torch.get_num_threads()}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError or WeightsError."""
        return [self._render(recipe) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Rendering:
        if (recipe.generator, recipe.model) != ("restyle", ENGINE):
            raise GenerationError(f"recipe of seed {recipe.seed} is for {recipe.model}, this is {ENGINE}")
        parts = parts_of(recipe)
        begin, base = self._content(recipe)
        content = as_tensor(fitted(begin, recipe.width, recipe.height), self._device)
        regions = [self._region(part, recipe) for part in parts]
        with deterministic():
            if parts[0].network:
                made = self._by_networks(recipe, content, parts, regions)
            else:
                made = self._by_optimisation(recipe, content, parts, regions)
        if recipe.options.get("colours") == "content":
            made = with_colours_of(made, content)
        made = content + _coverage(regions, content) * (made - content)
        identity = {**base.identity, **self._license(parts)}
        return Rendering(as_pixels(made, "restyle"), base.features, base.warnings, identity)

    def _content(self, recipe: Recipe) -> tuple[Pixels, Rendering]:
        """The picture to paint anew, and what is known of its making here."""
        if recipe.init_image:
            pixels = self._context.pictures(recipe.init_image)
            return pixels, Rendering(pixels)
        (made,) = self._context.generate([base_recipe(recipe)])
        record = {key: made.identity[key] for key in ("generator", "model") if key in made.identity}
        return made.pixels, replace(made, identity={"base": record})

    def _region(self, part: Part, recipe: Recipe) -> torch.Tensor | None:
        """Where a style applies, (1, 1, h, w) of 0 to 1."""
        if not part.region:
            return None
        mask = fitted(self._context.pictures(part.region), recipe.width, recipe.height)
        return as_tensor(mask, self._device).mean(1, keepdim=True)

    def _by_networks(
        self, recipe: Recipe, content: torch.Tensor, parts: Sequence[Part], regions: Sequence[torch.Tensor | None]
    ) -> torch.Tensor:
        """The outputs of the networks, mixed by weight at each place, and with the picture by strength."""
        total, weight = torch.zeros_like(content), torch.zeros_like(content[:, :1])
        for part, region in zip(parts, regions, strict=True):
            share = part.weight * (torch.ones_like(weight) if region is None else region)
            with torch.no_grad():
                total += share * self._network(part.network, part.name)(content)
            weight += share
        mixed = total / weight.clamp_min(1e-6)
        return content + float(recipe.options.get("strength", 1)) * (mixed - content)

    def _by_optimisation(
        self, recipe: Recipe, content: torch.Tensor, parts: Sequence[Part], regions: Sequence[torch.Tensor | None]
    ) -> torch.Tensor:
        options = recipe.options
        targets = [
            StyleTarget(as_tensor(self._context.pictures(part.picture), self._device), part.weight, region)
            for part, region in zip(parts, regions, strict=True)
        ]
        aims = Aims(float(options.get("strength", 1)), float(options.get("smoothness", 0)))
        trunk = self._trunk(str(options.get("weights", "")))
        return painted(trunk, content, targets, aims, int(options.get("steps", 60)))

    def _open_trunk(self, sha256: str) -> Trunk:
        if not sha256:
            return open_trunk("vgg16", device=self._device)
        return open_trunk(f"VGG {sha256[:12]}...", self._kept(sha256, "VGG"), self._device)

    def _open_network(self, sha256: str, name: str) -> StyleNetwork:
        return open_network(self._kept(sha256, f"network of style {name}"), name).to(self._device)

    def _license(self, parts: Sequence[Part]) -> dict[str, str]:
        """The license of the networks, as far as their files tell it: of several, all hold."""
        found = {told_license(self._kept(part.network, part.name)) for part in parts if part.network} - {""}
        return {"license": " AND ".join(sorted(found))} if found else {}

    def _kept(self, sha256: str, what: str) -> Path:
        path = self._context.file(sha256, NETWORK)
        if not path.is_file() or file_sha256(path) != sha256:
            raise WeightsError(
                f"{path}, the {what}, is gone or changed", "collection plan, or collection restyle again"
            )
        return path


def base_recipe(recipe: Recipe) -> Recipe:
    """The recipe of the picture that a recipe without one begins from."""
    from collection.config.generator import known_table

    name = str(recipe.options.get("base", ""))
    table = known_table(name)
    if table is None:
        raise GenerationError(f'the generator "{name}" of the recipe of seed {recipe.seed} is not installed')
    model, options = table.model_validate({"use": name}).settings()
    return replace(recipe, generator=name, model=model, options=options)


def _coverage(regions: Sequence[torch.Tensor | None], content: torch.Tensor) -> torch.Tensor:
    """Where any style applies; elsewhere the picture stays as it is."""
    found = torch.zeros_like(content[:, :1])
    for region in regions:
        if region is None:
            return torch.ones_like(found)
        found = torch.maximum(found, region)
    return found
