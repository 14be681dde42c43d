"""Training: data is checked, runs go on after a kill as if there had been none, and what comes out is used by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from collection.config import Config
from collection.errors import UsageError
from collection.generate.registry import build_generator
from collection.store.files import Files
from collection.train import loop, run
from collection.train.card import Source
from collection.train.data import TrainingData, read_training_data
from collection.train.gan import augmented
from collection.train.run import train
from collection.train.trainer import Settings
from collection.values import Failure, Recipe, Style, StyleBlend

SOURCE = Source("shapes", "CC0-1.0", "the tests")


def shape(number: int) -> Image.Image:
    """A disc (even) or a square (odd), of some colour at some place."""
    rng = np.random.default_rng(number)
    picture = np.full((16, 16, 3), 255, np.uint8)
    rows, columns = np.mgrid[:16, :16]
    y, x = rng.integers(5, 11, 2)
    there = (
        (rows - y) ** 2 + (columns - x) ** 2 < 16
        if number % 2 == 0
        else np.maximum(abs(rows - y), abs(columns - x)) < 4
    )
    picture[there] = rng.integers(0, 200, 3)
    return Image.fromarray(picture)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 discs and 24 squares, in folders of their names."""
    folder = tmp_path_factory.mktemp("shapes")
    for number in range(48):
        place = folder / ("squares" if number % 2 else "discs") / f"{number:02d}.png"
        place.parent.mkdir(exist_ok=True)
        shape(number).save(place)
    return folder


@pytest.fixture(scope="module")
def data(pictures: Path) -> TrainingData:
    return read_training_data(pictures, 16)


def tiny(kind: str, **changed: Any) -> Settings:
    return Settings(kind, **{"size": 16, "steps": 6, "batch": 8, "latent": 4, "width": 4, **changed})


def test_subfolders_are_classes(data: TrainingData) -> None:
    assert data.classes == ("discs", "squares")
    assert data.pictures.shape == (48, 3, 16, 16)
    assert data.labels.bincount().tolist() == [24, 24]
    assert data.notes == ["48 pictures are few: a model of fewer than 200 mostly repeats them"]


def test_what_cannot_be_learned_from_is_left_out_by_name(pictures: Path, tmp_path: Path) -> None:
    for number in range(20):
        shape(number).save(tmp_path / f"{number:02d}.png")
    shape(3).save(tmp_path / "copy.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (tmp_path / "03.txt").write_text("a caption is of its picture, and left out of nothing")
    seen = Image.new("RGBA", (16, 16))
    seen.putpixel((3, 3), (10, 20, 30, 255))
    seen.save(tmp_path / "clear.png")
    data = read_training_data(tmp_path, 32, copies=[Failure("07.png", "a near-duplicate of 05.png")])
    left = {failure.what: failure.why for failure in data.skipped}
    assert set(left) == {"broken.png", "07.png", "copy.png"} or set(left) == {"broken.png", "07.png", "03.png"}
    assert "the same picture as" in {**left}.get("copy.png", left.get("03.png", ""))
    assert "20 pictures smaller than 32 pixels: enlarged, so that details are soft" in data.notes
    assert data.pictures[data.names.index("clear.png"), :, 31, 31].tolist() == [255, 255, 255]
    assert data.classes == ()


def test_a_folder_of_three_pictures_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    for number in range(3):
        shape(number).save(tmp_path / f"{number}.png")
    with pytest.raises(UsageError, match="has 3 pictures to learn from, at least 16 are wanted"):
        read_training_data(tmp_path, 16)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("kind", ["gan", "vae"])
def test_a_killed_run_goes_on_as_if_it_had_not_been(
    kind: str, data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SECONDS", -1.0)
    monkeypatch.setattr(run, "SHEETS", 1)
    monkeypatch.setattr(run, "SHOWN", 4)
    settings = tiny(kind, steps=4)
    whole = train(data, settings, tmp_path / "whole", SOURCE)

    def killed(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, settings, tmp_path / "killed", SOURCE, killed)
    assert not (tmp_path / "killed" / "latent.json").exists(), "no model before its last step"
    torch.rand(7)
    seen: list[int] = []
    again = train(data, settings, tmp_path / "killed", SOURCE, lambda done, total: seen.append(done))
    assert seen[0] == 2
    assert again.weights == whole.weights
    for name in ("curve.png", "samples/000004.png"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_another_run_under_the_same_name_is_refused(data: TrainingData, tmp_path: Path) -> None:
    first = train(data, tiny("vae", steps=2), tmp_path / "m", SOURCE)
    with pytest.raises(UsageError, match="m was begun differently: latent 4, now 5"):
        train(data, tiny("vae", steps=2, latent=5), tmp_path / "m", SOURCE)
    with pytest.raises(UsageError, match="2 steps, now 1"):
        train(data, tiny("vae", steps=1), tmp_path / "m", SOURCE)
    assert run.finished(tmp_path / "m", tiny("vae", steps=2), data.sha256)
    assert train(data, tiny("vae", steps=2), tmp_path / "m", SOURCE).weights == first.weights
    assert train(data, tiny("vae", steps=3), tmp_path / "m", SOURCE).weights != first.weights, "trained further"


@pytest.mark.parametrize("kind", ["gan", "vae"])
def test_the_model_is_used_by_its_name(
    kind: str, data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTION_MODELS", str(tmp_path))
    made = train(data, tiny(kind, steps=2), tmp_path / "shapes-1", SOURCE)
    table = {"title": "x", "supply": 1, "seed": 1, "generator": {"use": "latent", "model": "shapes-1"}}
    router = build_generator(Config.model_validate(table), Files(tmp_path / "project" / "files"))
    recipe = Recipe("latent", "shapes-1", 1, 64, 64, blend=StyleBlend(((Style("discs"), 1.0),)))
    rendering = router.generate([recipe])[0]
    assert rendering.pixels.shape == (64, 64, 3)
    assert rendering.identity["weights"] == made.weights
    card = (tmp_path / "shapes-1" / "README.md").read_text()
    for told in (
        "discs (24), squares (24)",
        "CC0-1.0",
        "the tests",
        "2 steps of 8",
        "seed 0",
        made.weights,
        data.sha256,
    ):
        assert told in card
    assert json.loads((tmp_path / "shapes-1" / "latent.json").read_text())["license"] == "CC0-1.0"


def test_a_vae_learns_to_show_what_it_was_shown(data: TrainingData) -> None:
    """After 150 steps pictures come back nearer than the mean of all is, and the classes apart."""
    from collection.train.vae import VaeTrainer

    trainer = VaeTrainer(data, tiny("vae", batch=16, latent=12, width=8, mirror=False))
    for number in range(150):
        trainer.step(number)
    pictures = data.pictures.float() / 127.5 - 1
    classes = torch.nn.functional.one_hot(data.labels, 2).float()
    error = (trainer.reconstructed(pictures, classes) - pictures).square().mean()
    assert float(error) < 0.5 * float((pictures.mean(dim=0) - pictures).square().mean())


def test_augmentation_has_gradients_and_keeps_the_size() -> None:
    torch.manual_seed(0)
    pictures = torch.rand(4, 3, 16, 16, requires_grad=True)
    made = augmented(pictures)
    assert made.shape == pictures.shape
    made.sum().backward()
    assert pictures.grad is not None
    share = float((pictures.grad != 0).float().mean())
    assert 0.4 < share <= 1.0, "a hole and the border are lost, not more"


@pytest.mark.parametrize("name", ["Shells", "../x", "", "a b"])
def test_a_name_that_is_no_name(name: str, collection_train: Callable[..., Any], pictures: Path) -> None:
    said = collection_train("vae", pictures, "--name", name)
    assert said.code == 2
    assert "is no name for a model" in said.err


def test_the_command_trains_and_tells(collection_train: Callable[..., Any], pictures: Path, tmp_path: Path) -> None:
    words = ("vae", pictures, "--name", "shapes", "--size", 16, "--steps", 3, "--batch", 4, "--width", 4, "--no-dedupe")
    said = collection_train(*words, "--json")
    assert said.code == 0, said.err
    assert (said.object["pictures"], said.object["classes"], said.object["steps"]) == (48, ["discs", "squares"], 3)
    assert {path.name for path in (tmp_path / "models" / "shapes").iterdir()} == {
        "README.md", "checkpoint.pt", "curve.png", "latent.json", "samples", "weights.safetensors",
    }  # fmt: skip
    assert "is trained already" in collection_train(*words).out
    refused = collection_train(*words[:-1], "--size", 20)
    assert (refused.code, "--size 20: no network has this size" in refused.err) == (2, True)


def test_near_duplicates_are_left_out_by_name(pictures: Path, tmp_path: Path) -> None:
    from collection.stages.train import near_duplicates

    for number in range(2):
        rng = np.random.default_rng(number)
        noise = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((96, 96), Image.Resampling.BICUBIC).save(tmp_path / f"{number}.png")
    Image.open(tmp_path / "0.png").save(tmp_path / "0-again.jpg", quality=88)
    (copy,) = near_duplicates(tmp_path)
    assert copy.what in ("0-again.jpg", "0.png")
    assert copy.why.startswith("a near-duplicate of ")
