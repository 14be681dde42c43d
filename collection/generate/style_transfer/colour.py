"""The colours of one picture with the light of another."""

from __future__ import annotations

from collections.abc import Sequence

import torch

_LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue (ITU-R BT.601)."""


def luma(picture: torch.Tensor) -> torch.Tensor:
    """The light of a picture: (1, 3, h, w) to (1, 1, h, w)."""
    weights = torch.tensor(_LUMA, device=picture.device).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True)


def recoloured(picture: torch.Tensor, styles: Sequence[tuple[torch.Tensor, float]]) -> torch.Tensor:
    """The picture, (1, 3, h, w) of 0 to 1, with the mean and covariance of the colours of styles, by their weights.

    By Cholesky factors, as in L. Gatys and others, "Controlling perceptual factors in neural style transfer", 2017.
    """
    total = sum(weight for _, weight in styles)
    means, covariances = zip(*(_moments(style) for style, _ in styles), strict=True)
    shares = [weight / total for _, weight in styles]
    mean = torch.stack([part * share for part, share in zip(means, shares, strict=True)]).sum(0)
    covariance = torch.stack([part * share for part, share in zip(covariances, shares, strict=True)]).sum(0)
    own_mean, own_covariance = _moments(picture)
    change = torch.linalg.cholesky(covariance) @ torch.linalg.inv(torch.linalg.cholesky(own_covariance))
    colours = change @ (picture[0].flatten(1) - own_mean) + mean
    made: torch.Tensor = colours.reshape(picture.shape).clamp(0, 1)
    return made


def _moments(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean (3, 1) and covariance (3, 3) of the colours, which is never singular: a little noise is taken as given."""
    flat = picture[0].flatten(1)
    mean = flat.mean(1, keepdim=True)
    centred = flat - mean
    return mean, centred @ centred.T / flat.shape[1] + 1e-4 * torch.eye(3, device=picture.device)


def with_colours_of(picture: torch.Tensor, coloured: torch.Tensor) -> torch.Tensor:
    """The light of `picture` and the colours of `coloured`, both (1, 3, h, w) of 0 to 1 (L. Gatys and others,
    "Preserving color in neural artistic style transfer", 2016, by luminance alone)."""
    return (coloured - luma(coloured) + luma(picture)).clamp(0, 1)
