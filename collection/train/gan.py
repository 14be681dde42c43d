"""A small FastGAN (B. Liu et al., ICLR 2021) with differentiable augmentation (S. Zhao et al., NeurIPS 2020).

Hinge loss; the discriminator also decodes real pictures from its features, which keeps it from learning single
pictures by heart; classes are told to it by projection (T. Miyato and M. Koyama, ICLR 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from collection.generate.latent.networks import GanGenerator, channels
from collection.train.batches import Batches
from collection.train.checkpoints import Average
from collection.train.data import TrainingData
from collection.train.trainer import Settings
from collection.train.vae import drawn

if TYPE_CHECKING:
    from torch import Tensor

    from collection.values import Pixels

RATE, FADE = 2e-4, 0.998


class Discriminator(nn.Module):
    """Says how real pictures (n, 3, size, size) look, and what it kept of them."""

    def __init__(self, size: int, classes: int, width: int) -> None:
        super().__init__()
        side = size // 2
        before = channels(size, side, width)
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(2), spectral_norm(nn.Conv2d(12, before, 3, padding=1)), nn.LeakyReLU(0.2)
        ]  # fmt: skip
        while side > 8:
            side //= 2
            after = channels(size, side, width)
            layers += [spectral_norm(nn.Conv2d(before, after, 4, 2, 1)), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
            before = after
        self.body = nn.Sequential(*layers)
        self.judge = nn.Sequential(
            spectral_norm(nn.Conv2d(before, before, 1)), nn.LeakyReLU(0.2), spectral_norm(nn.Conv2d(before, 1, 4))
        )
        self.classes = nn.Linear(classes, before, bias=False) if classes else None
        decoder: list[nn.Module] = []
        while side < size // 2:
            side *= 2
            decoder += [nn.Upsample(scale_factor=2), nn.Conv2d(before, 2 * (before // 2), 3, padding=1), nn.GLU(dim=1)]
            before //= 2
        self.decode = nn.Sequential(*decoder, nn.Conv2d(before, 3, 3, padding=1), nn.Tanh())

    def forward(self, pictures: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n, ...) and features."""
        features = self.body(pictures)
        logits = self.judge(features).flatten(1)
        if self.classes is not None:
            logits = logits + (self.classes(classes) * features.mean(dim=(2, 3))).sum(dim=1, keepdim=True)
        return logits, features


class GanTrainer:
    """Trains generator and discriminator in turn."""

    def __init__(self, data: TrainingData, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        count = len(data.classes)
        self._generator = GanGenerator(settings.size, settings.latent, count, settings.width)
        self._judge = Discriminator(settings.size, count, settings.width)
        self._optimizers = [
            torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.5, 0.999))
            for network in (self._generator, self._judge)
        ]
        self._average = Average(self._generator, FADE)
        self._batches = Batches(data, settings.batch, settings.seed, settings.mirror)
        self._settings = settings

    def step(self, number: int) -> Mapping[str, float]:
        """The hinge losses of both, and the error of what the discriminator decodes."""
        pictures, classes = self._batches(number)
        points = torch.randn(len(pictures), self._settings.latent)
        made = self._generator(points, classes)
        judged, kept = self._judge_step(pictures, made.detach(), classes)
        self._judge.requires_grad_(False)
        loss = -self._judge(augmented(made), classes)[0].mean()
        self._optimizers[0].zero_grad()
        loss.backward()
        self._optimizers[0].step()
        self._judge.requires_grad_(True)
        self._average.follow(self._generator, number)
        return {"generator": float(loss.detach()), "discriminator": judged, "decoded": kept}

    def _judge_step(self, pictures: Tensor, made: Tensor, classes: Tensor) -> tuple[float, float]:
        real = augmented(pictures)
        logits, features = self._judge(real, classes)
        other, _ = self._judge(augmented(made), classes)
        hinge = functional.relu(1 - logits).mean() + functional.relu(1 + other).mean()
        kept = (self._judge.decode(features) - functional.avg_pool2d(real, 2)).abs().mean()
        self._optimizers[1].zero_grad()
        (hinge + kept).backward()
        self._optimizers[1].step()
        return float(hinge.detach()), float(kept.detach())

    def state(self) -> dict[str, Any]:
        """Both networks, both optimizers, and the average."""
        return {
            "generator": self._generator.state_dict(), "judge": self._judge.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers], "average": self._average.state,
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._generator.load_state_dict(state["generator"])
        self._judge.load_state_dict(state["judge"])
        for optimizer, kept in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self._average.load(state["average"])

    def samples(self, count: int) -> Pixels:
        """Pictures of the averaged generator."""
        return drawn(self._averaged(), self._batches, self._settings.latent, count)

    def finish(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The averaged generator."""
        said = {"latent": [self._settings.latent], "size": self._settings.size, "width": self._settings.width}
        return said, self._average.state

    def _averaged(self) -> GanGenerator:
        settings = self._settings
        network = GanGenerator(settings.size, settings.latent, len(self._batches.data.classes), settings.width)
        network.load_state_dict(self._average.state)
        return network.eval()


def augmented(pictures: Tensor) -> Tensor:
    """Pictures (n, 3, s, s) with other light and colour, moved by up to an eighth, and with a hole of half their side;
    every step has a gradient."""
    count, _, tall, wide = pictures.shape
    brightness, saturation, contrast = (torch.rand(count, 1, 1, 1) for _ in range(3))
    pictures = pictures + (brightness - 0.5)
    grey = pictures.mean(dim=1, keepdim=True)
    pictures = grey + (pictures - grey) * (2 * saturation)
    middle = pictures.mean(dim=(1, 2, 3), keepdim=True)
    pictures = middle + (pictures - middle) * (contrast + 0.5)
    most = max(1, wide // 8)
    padded = functional.pad(pictures, (most, most, most, most))
    ways = torch.randint(0, 2 * most + 1, (count, 2)).tolist()
    pictures = torch.stack([
        picture[:, top : top + tall, left : left + wide] for picture, (top, left) in zip(padded, ways, strict=True)
    ])  # fmt: skip
    rows, columns = torch.arange(tall).view(1, 1, -1, 1), torch.arange(wide).view(1, 1, 1, -1)
    tops, lefts = (torch.randint(-tall // 4, tall * 3 // 4 + 1, (count, 1, 1, 1)) for _ in range(2))
    hole = (rows >= tops) & (rows < tops + tall // 2) & (columns >= lefts) & (columns < lefts + wide // 2)
    return pictures * (~hole)
