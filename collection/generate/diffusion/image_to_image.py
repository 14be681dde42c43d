"""Pictures that a recipe begins from, and what of them must stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from collection.errors import GenerationError
from collection.generate.diffusion.rows import Row
from collection.generate.pictures import Pictures, fitted
from collection.values import Pixels


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
