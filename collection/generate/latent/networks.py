"""The two decoders that `collection train` trains and this generator runs: a VAE's, and a FastGAN's generator.

Both turn a point (n, latent) of a standard normal distribution and class weights (n, classes) that sum to 1 into
pictures (n, 3, size, size), -1 to 1. The last layer works at half the size and shuffles channels into pixels
(W. Shi et al., CVPR 2016), since a processor spends most of its time at full size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

SIZES = (16, 32, 64, 128, 256)
"""Pixels of a side."""
_START = 4
"""Pixels of a side where the convolutions begin."""
_MOST_CHANNELS = 256


def channels(size: int, side: int, width: int) -> int:
    """Channels of a layer whose pictures have `side` pixels: `width` at half the size, twice as many at each halving,
    8 times at most."""
    return min(width * size // 2 // side, 8 * width, _MOST_CHANNELS)


def sides(size: int) -> list[int]:
    """The sides of the layers, from 4 pixels to half the size."""
    return [side for side in (4, 8, 16, 32, 64, 128) if side <= size // 2]


class VaeDecoder(nn.Module):
    """The decoder of a convolutional VAE (Kingma and Welling, ICLR 2014).

    After training a normal distribution is fitted to what the encoder says of the pictures, a mean for each class and
    one covariance, as P. Ghosh et al. (ICLR 2020) do: points of the standard normal distribution are moved into it.
    """

    prior_mean: Tensor
    """(classes or 1, latent)."""
    prior_factor: Tensor
    """(latent, latent), the lower triangle of Cholesky's decomposition of the covariance."""

    def __init__(self, size: int, latent: int, classes: int, width: int) -> None:
        super().__init__()
        rows = max(classes, 1)
        self.register_buffer("prior_mean", torch.zeros(rows, latent))
        self.register_buffer("prior_factor", torch.eye(latent))
        first = channels(size, _START, width)
        self.start = nn.Linear(latent + classes, first * _START * _START)
        layers: list[nn.Module] = []
        for side in sides(size)[1:]:
            before, after = channels(size, side // 2, width), channels(size, side, width)
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(before, after, 3, padding=1), norm(after), nn.SiLU()]
        last = channels(size, size // 2, width)
        self.body = nn.Sequential(norm(first), nn.SiLU(), *layers)
        self.end = nn.Sequential(nn.Conv2d(last, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, points: Tensor, classes: Tensor) -> Tensor:
        """Pictures of points of the standard normal distribution."""
        mean = classes @ self.prior_mean if classes.shape[1] else self.prior_mean[:1]
        return self.decode(points @ self.prior_factor.T + mean, classes)

    def decode(self, codes: Tensor, classes: Tensor) -> Tensor:
        """Pictures of codes as the encoder says them."""
        first = self.start(torch.cat([codes, classes], dim=1))
        made: Tensor = torch.tanh(self.end(self.body(first.unflatten(1, (-1, _START, _START)))))
        return made


def norm(count: int) -> nn.Module:
    """Normalisation over groups of 8 channels or so; it does not depend on the batch."""
    return nn.GroupNorm(max(1, count // 8), count)


class GanGenerator(nn.Module):
    """A FastGAN generator (B. Liu et al., ICLR 2021): gated convolutions, and small layers that excite large ones.

    Classes are embedded and added to the point.
    """

    def __init__(self, size: int, latent: int, classes: int, width: int) -> None:
        super().__init__()
        self.classes = nn.Linear(classes, latent, bias=False) if classes else None
        first = channels(size, _START, width)
        self.start = nn.Linear(latent, 2 * first * _START * _START)
        self.start_norm = nn.BatchNorm2d(2 * first)
        self.blocks = nn.ModuleList(
            _gated(channels(size, side // 2, width), channels(size, side, width)) for side in sides(size)[1:]
        )
        self.excite = nn.ModuleDict()
        for side in sides(size):
            if 4 * side <= size // 2:
                few, many = channels(size, side, width), channels(size, 4 * side, width)
                self.excite[str(side)] = nn.Sequential(
                    nn.AdaptiveAvgPool2d(4), nn.Conv2d(few, many, 4), nn.SiLU(), nn.Conv2d(many, many, 1), nn.Sigmoid()
                )
        self.end = nn.Sequential(nn.Conv2d(channels(size, size // 2, width), 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, points: Tensor, classes: Tensor) -> Tensor:
        """Pictures of points of the standard normal distribution."""
        if self.classes is not None:
            points = points + self.classes(classes)
        made = functional.glu(self.start_norm(self.start(points).unflatten(1, (-1, _START, _START))), dim=1)
        held = {_START: made}
        for block in self.blocks:
            made = block(made)
            side = made.shape[-1]
            if str(side // 4) in self.excite:
                made = made * self.excite[str(side // 4)](held[side // 4])
            held[side] = made
        pictures: Tensor = torch.tanh(self.end(made))
        return pictures


def _gated(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.Upsample(scale_factor=2), nn.Conv2d(before, 2 * after, 3, padding=1, bias=False), nn.BatchNorm2d(2 * after),
        nn.GLU(dim=1),
    )  # fmt: skip


ARCHITECTURES: dict[str, Any] = {"vae": VaeDecoder, "gan": GanGenerator}
"""What the manifest calls each."""
