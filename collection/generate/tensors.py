"""Pictures as tensors, for the generators that compute with torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from collection.errors import GenerationError

if TYPE_CHECKING:
    import torch

    from collection.values import Pixels


def as_tensor(pixels: Pixels, device: torch.device) -> torch.Tensor:
    """(h, w, 3) uint8 as (1, 3, h, w) float32, 0 to 1."""
    import torch

    return torch.from_numpy(np.array(pixels)).to(device).permute(2, 0, 1)[None].contiguous().float() / 255


def as_pixels(picture: torch.Tensor, made_by: str) -> Pixels:
    """(1, 3, h, w), 0 to 1, as (h, w, 3) uint8; raises GenerationError, naming what made it, for NaN."""
    import torch

    if not bool(torch.isfinite(picture).all()):
        raise GenerationError(f"{made_by} made pixels that are not numbers (NaN)", "choose other weights")
    pixels: Pixels = (picture[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return pixels
