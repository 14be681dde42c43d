"""Recipes become pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collection.errors import GenerationError
from collection.generate.latent.model import LatentModel
from collection.generate.latent.points import CLASS, place_of
from collection.generate.pictures import fitted
from collection.models.determinism import deterministic
from collection.values import Pixels, Recipe, Rendering


class Latent:
    """Draws recipes of one model (an ImageGenerator), each by itself, so that its neighbours change no bit of it."""

    batch_size = 1

    def __init__(self, model: LatentModel, name: str) -> None:
        """`name` is what recipes call the model."""
        self._model, self._name = model, name

    @property
    def identity(self) -> Mapping[str, Any]:
        """The weights, the versions of what runs them, the threads, and the license that the manifest tells."""
        import torch

        said = {**self._model.identity, "threads": torch.get_num_threads()}
        return {**said, **({"license": self._model.license} if self._model.license else {})}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError for a recipe of another generator or model."""
        for recipe in recipes:
            if (recipe.generator, recipe.model) != ("latent", self._name):
                raise GenerationError(
                    f"recipe of seed {recipe.seed} is for {recipe.generator} {recipe.model}, this is {self._name}"
                )
        return [self._render(recipe) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Rendering:
        import torch

        place = place_of(recipe, self._model)
        with deterministic(), torch.no_grad():
            made = self._model.pictures(place.point[None], place.classes[None])[0]
        if not bool(torch.isfinite(made).all()):
            raise GenerationError(f"{self._name} made pixels that are not numbers (NaN)", "choose another model")
        pixels: Pixels = (made.permute(1, 2, 0) * 255).round().to(torch.uint8).contiguous().numpy()
        return Rendering(fitted(pixels, recipe.width, recipe.height), {CLASS: place.chosen} if place.chosen else {})
