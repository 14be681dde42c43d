"""Pictures that a recipe begins from, and what of them must stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from collection.errors import GenerationError
from collection.generate.diffusion.rows import Row
from collection.values import Pixels

Pictures = Callable[[str], Pixels]
"""Gives the pixels, (h, w, 3) uint8, of the picture with that SHA-256."""


def no_pictures(sha256: str) -> Pixels:
    """The Pictures of a generator that was given none: raises GenerationError."""
    raise GenerationError(f"the recipe names a picture {sha256[:12]}..., and this run has no store of pictures")


def fitted(picture: Pixels, width: int, height: int) -> Pixels:
    """The picture scaled to fill `width` x `height` (Lanczos), its middle where the sides differ in proportion."""
    from PIL import Image, ImageOps

    if picture.shape[:2] == (height, width):
        return picture
    image = ImageOps.fit(Image.fromarray(picture), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(image)


def sketch_of(row: Row, pictures: Pictures) -> Pixels:
    """The row's sketch at the size of its picture."""
    return fitted(pictures(row.recipe.sketch), row.recipe.width, row.recipe.height)


def mask_of(row: Row, pictures: Pictures) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the row is painted anew, (h, w): where the mask is nearer to white than to black."""
    mask: np.ndarray[Any, np.dtype[np.bool_]] = (
        fitted(pictures(row.recipe.mask), row.recipe.width, row.recipe.height).mean(axis=2) > 127.5
    )
    if not mask.any():
        raise GenerationError(
            f"the mask of seed {row.recipe.seed} has no white: nothing would be painted", "paint what is to change"
        )
    return mask


def sketch_arguments(rows: Sequence[Row], pictures: Pictures) -> dict[str, Any]:
    """What image-to-image and inpainting pipelines take besides: pictures as (n, 3, h, w) from 0 to 1, masks as
    (n, 1, h, w) of 0 and 1, strength."""
    import torch

    sketches = np.stack([sketch_of(row, pictures) for row in rows])
    found: dict[str, Any] = {
        "image": torch.from_numpy(sketches).permute(0, 3, 1, 2).float() / 255,
        "strength": rows[0].strength,
    }
    if rows[0].recipe.mask:
        found["mask_image"] = torch.from_numpy(np.stack([mask_of(row, pictures) for row in rows])).float()[:, None]
    return found


def keep_unmasked(pixels: Pixels, row: Row, pictures: Pictures) -> Pixels:
    """The picture with every pixel outside the mask as it was in the sketch, exactly."""
    kept: Pixels = np.where(mask_of(row, pictures)[:, :, None], pixels, sketch_of(row, pictures))
    return kept
