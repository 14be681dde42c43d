"""A network learns a style picture: the loss falls, a stop costs nothing, and what was learned is used by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from collection.errors import UsageError
from collection.generate.style_transfer.feed_forward import open_network
from collection.generate.tensors import as_tensor
from collection.models.trunk import Trunk, open_trunk
from collection.stages.restyle import _file_of
from collection.train.data import read_training_data
from collection.train.style import StyleTrainer, train_network
from collection.train.style_run import StyleRun

CPU = torch.device("cpu")
RUN = StyleRun(size=32, steps=6, batch=1, width=4)


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    """Pictures this small are not shared out among threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VGG16 with drawn weights."""
    draws, state, width, place = torch.Generator().manual_seed(1), {}, 3, 0
    for count, channels in zip((2, 2, 3, 3, 3), (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            scale = (2 / (9 * width)) ** 0.5
            state[f"features.{place}.weight"] = torch.randn(channels, width, 3, 3, generator=draws) * scale
            state[f"features.{place}.bias"] = torch.zeros(channels)
            width, place = channels, place + 2
        place += 1
    path = tmp_path_factory.mktemp("vgg") / "vgg.safetensors"
    save_file(state, path)
    return path


@pytest.fixture(scope="module")
def trunk(vgg: Path) -> Trunk:
    return open_trunk("vgg", vgg)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen pictures of soft colours."""
    folder, draws = tmp_path_factory.mktemp("content"), np.random.default_rng(2)
    for number in range(16):
        small = draws.integers(0, 255, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(small).resize((32, 32)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def style() -> torch.Tensor:
    stripes = np.where((np.arange(32) // 4 % 2)[None, :, None], [230, 60, 20], [20, 40, 160])
    return as_tensor(np.broadcast_to(stripes, (32, 32, 3)).astype(np.uint8), CPU)


def test_the_loss_falls(trunk: Trunk, content: Path, style: torch.Tensor) -> None:
    trainer = StyleTrainer(trunk, style, read_training_data(content, 32), RUN)
    losses = [sum(trainer.step(0).values()) for _ in range(8)]
    assert losses[-1] < 0.8 * losses[0]


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    tmp_path: Path, trunk: Trunk, content: Path, style: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collection.train.loop.SECONDS", 0)
    data = read_training_data(content, 32)

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    train_network(trunk, style, "a", data, RUN, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train_network(trunk, style, "a", data, RUN, tmp_path / "halves", stop)
    train_network(trunk, style, "a", data, RUN, tmp_path / "halves")
    whole, halves = ((tmp_path / name / "network.safetensors").read_bytes() for name in ("whole", "halves"))
    assert whole == halves
    with pytest.raises(UsageError, match="begun with another style"):
        train_network(trunk, style, "b", data, RUN, tmp_path / "whole")


def test_a_trained_style_is_used_by_its_name(
    collection_train: Callable[..., Any], tmp_path: Path, content: Path, vgg: Path
) -> None:
    picture = tmp_path / "stripes.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)).save(picture)
    words = ("style", picture, "--content", content, "--name", "stripes", "--vgg", vgg, "--size", 32, "--width", 4)
    done = collection_train(*words, "--steps", 2, "--license", "CC0-1.0", "--json")
    assert done.code == 0, done.err
    folder = tmp_path / "models" / "stripes"
    assert {"README.md", "curve.png", "network.safetensors", "samples", "checkpoint.pt"} == {
        path.name for path in folder.iterdir()
    }
    assert "CC0-1.0" in (folder / "README.md").read_text()
    assert open_network(_file_of("stripes"), "stripes").width == 4

    refused = collection_train(*words[:-4], "--size", 33, "--name", "other")
    assert refused.code == 2 and "--size 33" in refused.err
