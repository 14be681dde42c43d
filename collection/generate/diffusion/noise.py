"""The noise that a picture begins from, and the way between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.slerp import slerp
from collection.models.determinism import seeded_generator

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def initial_noise(pipeline: Any, items: Sequence[BatchItem]) -> tuple[Tensor, list[torch.Generator]]:
    """Noise of the items, (n, channels, height, width) of the latents, and the generators that go on from there.

    Each item is drawn on the CPU from its own seed, as diffusers draws it for a list of generators. Of an item between
    two recipes the noises are turned into each other (slerp); what a stochastic scheduler draws later comes from the
    seed of the nearer end, so that smooth series want a deterministic scheduler.
    """
    import torch

    dtype, device = pipeline.unet.dtype, pipeline._execution_device
    drawn = [_draw(pipeline, item, item.recipe.seed) for item in items]
    for index, item in enumerate(items):
        if item.interpolation_target is not None:
            (here, generator), (there, other) = drawn[index], _draw(pipeline, item, item.interpolation_target.seed)
            nearer = generator if item.options.alpha < 0.5 else other
            drawn[index] = slerp(here, there, item.options.alpha), nearer
    return torch.cat([noise for noise, _ in drawn]).to(device, dtype), [generator for _, generator in drawn]


def _draw(pipeline: Any, item: BatchItem, seed: int) -> tuple[Tensor, torch.Generator]:
    import torch

    scale = pipeline.vae_scale_factor
    shape = (1, pipeline.unet.config.in_channels, item.recipe.height // scale, item.recipe.width // scale)
    generator = seeded_generator(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float32), generator
