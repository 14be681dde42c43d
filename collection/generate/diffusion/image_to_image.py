"""Pictures that a recipe begins from, and what of them must stay."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.pictures import Pictures, fitted
from collection.values import Pixels

USUAL_CHANNELS = 4
"""Channels of the latents of Stable Diffusion 1 to XL."""


def init_image_of(item: BatchItem, pictures: Pictures) -> Pixels:
    """The item's init image at the size of its picture."""
    return fitted(pictures(item.recipe.init_image), item.recipe.width, item.recipe.height)


def mask_of(item: BatchItem, pictures: Pictures) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the item is painted anew, (h, w): where the mask is nearer to white than to black."""
    mask: np.ndarray[Any, np.dtype[np.bool_]] = (
        fitted(pictures(item.recipe.mask_image), item.recipe.width, item.recipe.height).mean(axis=2) > 127.5
    )
    if not mask.any():
        raise GenerationError(
            f"the mask of seed {item.recipe.seed} has no white: nothing would be painted", "paint what is to change"
        )
    return mask


def image_arguments(items: Sequence[BatchItem], pictures: Pictures) -> dict[str, Any]:
    """What image-to-image and inpainting pipelines take besides: pictures as (n, 3, h, w) from 0 to 1, masks as
    (n, 1, h, w) of 0 and 1, strength."""
    import torch

    init_images = np.stack([init_image_of(item, pictures) for item in items])
    found: dict[str, Any] = {
        "image": torch.from_numpy(init_images).permute(0, 3, 1, 2).float() / 255,
        "strength": items[0].strength,
    }
    if items[0].recipe.mask_image:
        found["mask_image"] = torch.from_numpy(np.stack([mask_of(item, pictures) for item in items])).float()[:, None]
    return found


def keep_unmasked(pixels: Pixels, item: BatchItem, pictures: Pictures) -> Pixels:
    """The picture with every pixel outside the mask as it was in the init image, exactly."""
    kept: Pixels = np.where(mask_of(item, pictures)[:, :, None], pixels, init_image_of(item, pictures))
    return kept


def painting_in_masks(denoiser: Any) -> Any:
    """The denoiser as diffusers' inpainting pipelines take it, the same weights and layers.

    They lay the init image's noised latents around the mask at every step, which holds for latents of any number of
    channels, and take a denoiser for one of this kind where it says that it has four. Those that see a mask beside the
    latents are refused when a model is opened (`task.check_task`).
    """
    if denoiser.config.in_channels == USUAL_CHANNELS:
        return denoiser
    from diffusers.configuration_utils import FrozenDict

    found = copy.copy(denoiser)
    found._internal_dict = FrozenDict({**denoiser.config, "in_channels": USUAL_CHANNELS})
    return found
