"""The colours of one picture with the light of another."""

from __future__ import annotations

import torch

_LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue (ITU-R BT.601)."""


def luma(picture: torch.Tensor) -> torch.Tensor:
    """The light of a picture: (1, 3, h, w) to (1, 1, h, w)."""
    weights = torch.tensor(_LUMA, device=picture.device).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True)


def with_colours_of(picture: torch.Tensor, coloured: torch.Tensor) -> torch.Tensor:
    """The light of `picture` and the colours of `coloured`, both (1, 3, h, w) of 0 to 1 (L. Gatys and others,
    "Preserving color in neural artistic style transfer", 2016, by luminance alone)."""
    return (coloured - luma(coloured) + luma(picture)).clamp(0, 1)
