"""What tests of generators that derive images share: a context of pictures and files, and a photograph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from collection.generate.painter.generator import Painter
from collection.generate.pictures import LentPictures
from collection.generate.plugin import Context
from collection.models.packaged import EFFICIENTNET_LITE0
from collection.models.trunk import Trunk, open_trunk
from collection.pictures.files import pixel_sha256
from collection.values import Pixels, Recipe, Rendering


@dataclass
class Bench:
    """A project's pictures and files, in a folder."""

    folder: Path
    pictures: dict[str, Pixels] = field(default_factory=dict)

    def keep(self, pixels: Pixels) -> str:
        """The name of a picture that recipes may use."""
        name = pixel_sha256(pixels)
        self.pictures[name] = pixels
        return name

    def context(self, generate: Callable[[Sequence[Recipe]], list[Rendering]] | None = None) -> Context:
        """What a generator is opened with; the painter makes the pictures of others."""
        return Context(
            self.folder, LentPictures(self.pictures.__getitem__),
            lambda sha256, suffix: self.folder / f"{sha256}{suffix}", generate or Painter().generate, device="cpu",
        )  # fmt: skip


@pytest.fixture(autouse=True)
def few_threads(one_thread: None) -> None:
    """Pictures this small are not shared out among threads."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="session")
def photograph() -> Pixels:
    """A public photograph, 96x64, which scikit-image brings."""
    from PIL import Image
    from skimage import data

    pixels: Pixels = np.asarray(Image.fromarray(data.coffee()).resize((96, 64)))
    return pixels


@pytest.fixture(scope="session")
def lite() -> Trunk:
    """EfficientNet-Lite0."""
    assert EFFICIENTNET_LITE0.path()
    return open_trunk("efficientnet-lite0")


@pytest.fixture(scope="session")
def random_vgg(drawn_vgg: Callable[[Sequence[int]], dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The tensors of a VGG16 in torchvision's layout, drawn and not trained: its first blocks see edges and colours."""
    return drawn_vgg((2, 2, 3, 3, 3))


@pytest.fixture(scope="session")
def drawn_vgg() -> Callable[[Sequence[int]], dict[str, torch.Tensor]]:
    """The features of a VGG of so many convolutions a block, in torchvision's layout, with drawn weights."""
    return _drawn


def _drawn(blocks: Sequence[int]) -> dict[str, torch.Tensor]:
    draws = torch.Generator().manual_seed(1)
    state, width, place = {}, 3, 0
    for count, channels in zip(blocks, (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            scale = (2 / (9 * width)) ** 0.5
            state[f"features.{place}.weight"] = torch.randn(channels, width, 3, 3, generator=draws) * scale
            state[f"features.{place}.bias"] = torch.zeros(channels)
            width, place = channels, place + 2
        place += 1
    return state
