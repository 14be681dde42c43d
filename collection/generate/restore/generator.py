"""Recipes of restored pictures become pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy import ndimage

from collection.errors import GenerationError, UnavailableError
from collection.generate.plugin import Context
from collection.generate.restore.align import Plane
from collection.generate.restore.damage import Comparison, Mask, compared
from collection.values import Pixels, Recipe, Rendering

ENGINE = "restore/2"
"""The model of the recipes whose holes are filled without a generator; another number may give other pixels."""
OWN = ("copies", "painter")
"""Options that are no options of the generator that paints holes."""


class Restorer:
    """Mends a picture from its copies (an ImageGenerator).

    A recipe's `init_image` is the first copy, `options["copies"]` are the SHA-256 of the others, and `mask_image` says
    where the first is damaged, in the place of what comparing finds. What no copy shows is inpainted by the generator
    that `options["painter"]` names, else by a surface that bends as little as can be (biharmonic).
    """

    batch_size = 1

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def identity(self) -> Mapping[str, Any]:
        """The engine, and the versions of what computes."""
        return {"engine": ENGINE, "versions": {name: version(name) for name in ("numpy", "scipy")}}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError for copies that are not of one picture."""
        return [self._render(recipe) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Rendering:
        if not recipe.init_image:
            raise GenerationError(f"the recipe of seed {recipe.seed} names no copy to restore")
        names = [recipe.init_image, *recipe.options.get("copies", ())]
        copies = [self._context.pictures(name) for name in names]
        mask = white(self._context.pictures(recipe.mask_image)) if recipe.mask_image else None
        found = examined(copies, mask)
        merged: Pixels = np.rint(found.merged).astype(np.uint8)
        if not found.holes.any():
            return Rendering(merged)
        note = f"{found.holes.mean():.1%} of the picture is whole in no copy, and was inpainted"
        if painter := recipe.options.get("painter"):
            made = self._painted(recipe, str(painter), merged, found.holes)
            return replace(made, warnings=(*made.warnings, note))
        filled = np.rint(smoothed(found.merged, found.holes)).clip(0, 255).astype(np.uint8)
        return Rendering(filled, warnings=(note,), identity={"inpainting": f"scikit-image {version('scikit-image')}"})

    def _painted(self, recipe: Recipe, painter: str, merged: Pixels, holes: Mask) -> Rendering:
        """The holes inpainted by another generator, which does not see what is damaged; the rest stays as it is."""
        bare = covered(merged, holes)
        white_holes: Pixels = np.repeat((holes * 255).astype(np.uint8)[..., None], 3, axis=-1)
        lent = self._context.pictures
        try:
            asked = replace(
                recipe, generator=painter, init_image=lent.lend(bare), mask_image=lent.lend(white_holes),
                options={name: value for name, value in recipe.options.items() if name not in OWN},
            )  # fmt: skip
            (made,) = self._context.generate([asked])
        finally:
            lent.take_back()
        pixels: Pixels = np.where(holes[..., None], made.pixels, merged).astype(np.uint8)
        return replace(made, pixels=pixels)


def white(picture: Pixels) -> Mask:
    """Where a mask is white."""
    found: Mask = picture.mean(axis=-1) >= 128
    return found


def examined(copies: Sequence[Pixels], mask: Mask | None) -> Comparison:
    """The copies compared; raises GenerationError where sizes differ, or nothing says what is damaged."""
    sizes = [f"{copy.shape[1]}x{copy.shape[0]}" for copy in copies]
    for number, size in enumerate(sizes[1:], 2):
        if size != sizes[0]:
            raise GenerationError(
                f"copy {number} is {size}, the first copy {sizes[0]}", "crop or scale all copies to one size"
            )
    if mask is not None and mask.shape != copies[0].shape[:2]:
        raise GenerationError(
            f"the mask is {mask.shape[1]}x{mask.shape[0]}, the first copy {sizes[0]}", "make both one size"
        )
    if len(copies) == 1 and mask is None:
        raise GenerationError("of a single copy, nobody can tell what is damaged", "give another copy, or --mask FILE")
    return compared(copies, mask)


def covered(picture: Pixels, holes: Mask) -> Pixels:
    """The picture, its holes covered by the nearest whole pixels; one that is a hole alone stays as it is."""
    if holes.all():
        return picture
    nearest = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    found: Pixels = picture[tuple(nearest)]
    return found


def smoothed(picture: Plane, holes: Mask) -> Plane:
    """The picture, (h, w, 3), its holes filled by biharmonic surfaces (S. Damelin, N. Hoang, 2018).

    Raises UnavailableError where scikit-image, which has them, is not installed.
    """
    try:
        from skimage.restoration import inpaint_biharmonic
    except ImportError as error:
        raise UnavailableError(
            "scikit-image, which inpaints what no copy shows, is not installed", "pip install scikit-image"
        ) from error
    found: Plane = inpaint_biharmonic(picture / 255, holes, split_into_regions=True, channel_axis=-1) * 255
    return found
