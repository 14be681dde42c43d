"""A convolutional VAE: D. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR 2014.

The objective is absolute errors of pixels, and of their differences at two scales, and the divergence of the codes from
the normal distribution. After the last step a normal distribution is fitted to the codes of all pictures (see
`VaeDecoder`), so that points drawn later look like pictures that were seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from collection.generate.latent.networks import VaeDecoder, channels, norm, sides
from collection.train.batches import Batches
from collection.train.checkpoints import Average
from collection.train.data import TrainingData
from collection.train.trainer import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from collection.values import Pixels

RATE, FADE = 2e-3, 0.999
SPREAD = 0.15
"""The scale of the Laplace distribution that pixels are taken to have around what is decoded: it weighs the pull to the
normal distribution against the errors."""


class VaeEncoder(nn.Module):
    """Pictures (n, 3, size, size) and class weights to means and logarithms of variances, (n, latent) each."""

    def __init__(self, size: int, latent: int, classes: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.PixelUnshuffle(2)]
        before = 12
        for side in reversed(sides(size)):
            after = channels(size, side, width)
            stride = 1 if side == size // 2 else 2
            layers += [nn.Conv2d(before, after, 3, stride, padding=1), norm(after), nn.SiLU()]
            before = after
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.end = nn.Linear(before * 16 + classes, 2 * latent)

    def forward(self, pictures: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances."""
        mean, spread = self.end(torch.cat([self.body(pictures), classes], dim=1)).chunk(2, dim=1)
        return mean, spread.clamp(-12, 6)


class VaeTrainer:
    """Trains encoder and decoder together."""

    def __init__(self, data: TrainingData, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        shape = (settings.size, settings.latent, len(data.classes), settings.width)
        self._encoder, self._decoder = VaeEncoder(*shape), VaeDecoder(*shape)
        self._networks = nn.ModuleDict({"encoder": self._encoder, "decoder": self._decoder})
        self._optimizer = torch.optim.AdamW(self._networks.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=1e-4)
        self._average = Average(self._networks, FADE)
        self._batches = Batches(data, settings.batch, settings.seed, settings.mirror)
        self._settings, self._shape = settings, shape

    def step(self, number: int) -> Mapping[str, float]:
        """Errors of pixels (0 to 2), and the divergence in nats a picture."""
        pictures, classes = self._batches(number)
        mean, spread = self._encoder(pictures, classes)
        codes = mean + torch.randn_like(mean) * (spread / 2).exp()
        error = self._decoder.decode(codes, classes) - pictures
        pixels = error.abs().mean()
        divergence = 0.5 * (mean.square() + spread.exp() - 1 - spread).sum(dim=1).mean()
        loss = pixels + SPREAD * divergence / error[0].numel()
        for _ in range(2):
            loss = loss + 0.5 * (error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean())
            error = nn.functional.avg_pool2d(error, 2)
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._networks.parameters(), 1.0)
        self._optimizer.step()
        self._average.follow(self._networks, number)
        return {"pixels": float(pixels.detach()), "divergence": float(divergence.detach())}

    def state(self) -> dict[str, Any]:
        """Networks, optimizer and average."""
        return {
            "networks": self._networks.state_dict(), "optimizer": self._optimizer.state_dict(),
            "average": self._average.state,
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._networks.load_state_dict(state["networks"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._average.load(state["average"])

    def samples(self, count: int) -> Pixels:
        """Pictures of points drawn from what was fitted to the codes so far."""
        _, decoder = self._fitted()
        return drawn(decoder, self._batches, self._settings.latent, count)

    def finish(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The decoder with its fitted distribution."""
        _, decoder = self._fitted()
        said = {"latent": [self._settings.latent], "size": self._settings.size, "width": self._settings.width}
        return said, decoder.state_dict()

    def reconstructed(self, pictures: Tensor, classes: Tensor) -> Tensor:
        """What is left of pictures (n, 3, s, s), -1 to 1, after they were encoded and decoded by the average."""
        encoder, decoder = self._fitted()
        with torch.no_grad():
            made: Tensor = decoder.decode(encoder(pictures, classes)[0], classes)
        return made

    @torch.no_grad()
    def _fitted(self) -> tuple[VaeEncoder, VaeDecoder]:
        """The averaged networks, with the means of classes and the covariance of what the encoder says of all
        pictures: between their means, and within each."""
        encoder, decoder = VaeEncoder(*self._shape), VaeDecoder(*self._shape)
        nn.ModuleDict({"encoder": encoder, "decoder": decoder}).load_state_dict(self._average.state)
        encoder.eval(), decoder.eval()
        data = self._batches.data
        rows = torch.arange(len(data.pictures))[: 1 << 14]
        found = [
            encoder(data.pictures[part].float() / 127.5 - 1, self._batches.classes(data.labels[part]))
            for part in torch.split(rows, 64)
        ]
        means, variances = torch.cat([mean for mean, _ in found]), torch.cat([spread.exp() for _, spread in found])
        labels = data.labels[rows]
        for place in range(len(decoder.prior_mean)):
            if bool((labels == place).any()):
                decoder.prior_mean[place] = means[labels == place].mean(dim=0)
        rest = (means - decoder.prior_mean[labels]).double()
        covariance = rest.T @ rest / len(rest) + torch.diag(variances.mean(dim=0).double().clamp_min(1e-4))
        decoder.prior_factor.copy_(torch.linalg.cholesky(covariance))
        return encoder, decoder


@torch.no_grad()
def drawn(network: nn.Module, batches: Batches, latent: int, count: int) -> Pixels:
    """Pictures (count, s, s, 3) uint8 of fixed points, the classes in turn."""
    points = torch.randn(count, latent, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(count) % max(len(batches.data.classes), 1)
    made = network(points, batches.classes(labels))
    pixels: Pixels = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return pixels
