"""Upscale: larger versions are planned, which take the place of images: painted anew, tile by tile, or by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.derive import Derived, DeriveStage
from collection.stages.kept_files import notes_on_imported
from collection.values import Recipe

if TYPE_CHECKING:
    from collection.store.records import Asset

SUFFIXES = (".safetensors", ".pth")
"""Of upscaling models' files."""


@dataclass(frozen=True, slots=True)
class UpscaleStage(DeriveStage):
    """Plans larger versions of images, or of all chosen ones that are not enlarged yet."""

    images: Sequence[int] = ()
    selected: bool = False
    scale: int = 2
    """So many times the width and the height."""
    model: Path | None = None
    """The file of an upscaling model, as spandrel reads them."""
    strength: float = 0.3
    """Of diffusion: how far a tile may leave the picture, 0 to 1."""
    tile: int = 512
    """Of diffusion: pixels of a tile's side."""
    name: ClassVar[str] = "upscale"
    nothing: ClassVar[str] = "nothing to do: none of these images is left to enlarge"

    def __post_init__(self) -> None:
        if bool(self.images) == self.selected:
            raise UsageError("upscale wants the numbers of images, or --selected", "collection upscale 3 17")

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One for each image, in its place."""
        from collection.plan.derived_recipes import shown

        chosen = [shown(project.store, number) for number in dict.fromkeys(self._numbers(project))]
        weights = self._weights(project, self.model, keep) if self.model and chosen else ""
        recipes = [self._larger(asset, recipe, weights) for asset, recipe in chosen]
        images = [asset for asset, _ in chosen]
        stay = [asset.label for asset in images if asset.recipe is None]
        if stay and len(stay) < len(images):
            raise UsageError(
                f"image {stay[0]} was imported and stays, others give way to what is enlarged", "name them apart"
            )
        return Derived(recipes, () if stay else [asset.id for asset in images], notes_on_imported(images))

    def _numbers(self, project: Project) -> Sequence[int]:
        """The images named, or the chosen ones that no `upscale` made."""
        if not self.selected:
            return self.images
        store = project.store
        selection = [item.asset_id for item in store.selection()]
        if not selection:
            raise UsageError("nothing is selected yet", "`collection select` chooses; or name images by number")
        done = {item.id for item in store.recipes() if item.origin == self.name or not item.planned}
        return [number for number in selection if number not in done]

    def _weights(self, project: Project, model: Path, keep: bool) -> str:
        """The SHA-256 of the model's file, which enlarges as far as it is asked to."""
        from collection.generate.registry import resources
        from collection.generate.upscale.models import check_scale

        weights = _kept_model(project, model, keep=False)
        check_scale(model, self.scale, resources(project.config).device or "auto")
        return _kept_model(project, model, keep) if keep else weights

    def _larger(self, asset: Asset, recipe: Recipe, weights: str) -> Recipe:
        from collection.plan.from_images import larger, model_larger

        if self.model:
            return model_larger(recipe, asset.file_sha256, self.scale, model=self.model.name, weights=weights)
        return larger(recipe, asset.file_sha256, self.scale, strength=self.strength, tile=self.tile)


def _kept_model(project: Project, model: Path, keep: bool) -> str:
    """The SHA-256 of the model's file, which is kept among the project's files: its recipes stay renderable."""
    suffix = model.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{model} is no {' or '.join(SUFFIXES)} file", "convert the model to safetensors")
    from collection.models.weights import file_sha256

    return project.files.add_file(model, suffix) if keep else file_sha256(model)
