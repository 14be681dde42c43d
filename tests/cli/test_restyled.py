"""Images made of images: restyled, dreamed of, restored; each in the lineage, each the same when rendered again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

from collection.errors import CollectionError, GenerationError, ImageError, UsageError, WeightsError
from collection.generate.style_transfer.feed_forward import StyleNetwork
from collection.pictures.files import decode_image
from collection.project import open_project
from collection.values import Pixels

Command = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    """Pictures this small are not shared out among threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def grown(tmp_path: Path, finished: Path) -> Path:
    """A copy of the finished project: five images, three tokens."""
    shutil.copytree(finished, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def command(grown: Path) -> Command:
    """Runs a command in this process; returns the object that it prints."""
    from collection_cli.main import app

    def run(*words: object) -> dict[str, Any]:
        done = CliRunner().invoke(app, ["-C", str(grown), *map(str, words), "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    return run


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A small style network with drawn weights."""
    torch.manual_seed(3)
    path = tmp_path / "drawn.safetensors"
    save_file({key: tensor.detach() for key, tensor in StyleNetwork(4).named_parameters()}, path)
    return path


def pixels_of(grown: Path, number: int) -> Pixels:
    with open_project(grown) as project:
        asset = project.store.asset(number)
        assert asset is not None
        return decode_image(project.files.read(asset.file_sha256), "image")


def test_a_series_is_restyled_on_top_of_its_images_and_goes_on_where_it_stopped(
    grown: Path, command: Command, network: Path
) -> None:
    asked = ("restyle", "--series", "day", "--style", f"{network}=0.7", "--strength", 0.5)
    assert command(*asked, "--dry-run")["pending"] == 3
    assert command(*asked)["added"] == [6, 7, 8]
    assert command("generate", "--no-score", "--limit", 2)["made"] == 2
    assert command(*asked)["added"] == [], "a second time, nothing is new"
    network.unlink()
    assert command("generate", "--no-score")["made"] == 1, "the project keeps what its recipes need"
    tree = command("lineage", 6)
    parent = tree["parents"][0]["image"]
    assert tree["origin"] == "restyle" and parent <= 5
    made, before = pixels_of(grown, 6), pixels_of(grown, parent)
    assert made.shape == before.shape and not np.array_equal(made, before)
    with open_project(grown) as project:
        asset = project.store.asset(6)
        assert asset is not None and asset.recipe is not None
        assert asset.recipe.blend.weights == {"drawn": 1.0}, "a single style is the whole blend"
        (again,) = project.generator.generate([asset.recipe])
    assert np.array_equal(again.pixels, made)


def test_restyled_images_may_take_the_places_of_the_old_ones(command: Command, network: Path) -> None:
    found = command("restyle", 1, 2, "--style", network, "--replace", "--colours", "content")
    assert found["replaces"] == [1, 2]


def refused(grown: Path, *words: object) -> CollectionError:
    from collection_cli.main import app

    with pytest.raises(CollectionError) as caught:
        CliRunner().invoke(app, ["-C", str(grown), *map(str, words)], catch_exceptions=False)
    return caught.value


def test_bad_styles_are_named_before_anything_is_planned(
    grown: Path, command: Command, network: Path, tmp_path: Path
) -> None:
    broken, pickled, small, other = (
        tmp_path / name for name in ("broken.png", "style.pth", "mask.png", "other.safetensors")
    )
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    pickled.write_bytes(b"\x80\x04")
    Image.new("RGB", (9, 9), "white").save(small)
    save_file({"weight": torch.zeros(2)}, other)
    for words, kind, said in (
        (("--style", broken), ImageError, "broken.png is no readable picture"),
        (("--style", pickled), UsageError, "may be a pickle"),
        (("--style", other), WeightsError, "other.safetensors is no feed-forward style network"),
        (("--style", tmp_path / "gone.png"), UsageError, "neither a file nor a style"),
        (("--style", network, "--mask", small), ImageError, "is 9x9"),
        (("--style", f"{network}=heavy"), UsageError, "is no weight"),
        (("--style", f"{network}=nan"), UsageError, "weights must be zero or more: drawn = nan"),
        (("--style", f"{network}=-1"), UsageError, "weights must be zero or more"),
        (("--style", f"{network}=inf"), UsageError, "weights must be zero or more"),
        (("--style", f"{network}=0"), UsageError, "at least one weight above zero"),
        (("--style", small, "--vgg", other), WeightsError, "other.safetensors holds 0 convolutions"),
        (("--style", small, "--vgg", pickled), WeightsError, "style.pth does not load as plain tensors"),
        (("--style", network, "--strength", 2), UsageError, "networks take one pass"),
        ((), UsageError, "wants a style"),
    ):
        error = refused(grown, "restyle", 1, *words)
        assert isinstance(error, kind), error
        assert said in error.message, error.message
        assert error.hint, error.message
    assert "no series" in refused(grown, "restyle", "--series", "none", "--style", network).message
    assert command("status")["planned"] == 5


def test_a_dream_is_planned_with_all_that_it_takes(grown: Path, command: Command) -> None:
    assert command("dream", 1, "--layer", "block2", "--octaves", 1, "--steps", 1)["added"] == [6]
    assert command("generate", "--no-score")["made"] == 1
    assert not np.array_equal(pixels_of(grown, 6), pixels_of(grown, 1))
    assert command("lineage", 6)["parents"][0]["image"] == 1
    error = refused(grown, "dream", 1, "--layer", "block99")
    assert "no layer 'block99'" in error.message and "block16" in str(error.hint)


def test_copies_of_an_image_are_restored_and_the_damage_is_shown(grown: Path, command: Command, tmp_path: Path) -> None:
    clean = pixels_of(grown, 1)
    copies = []
    for number, row in enumerate((10, 25, 40)):
        hurt = clean.copy()
        hurt[row : row + 3] = 255
        copies.append(tmp_path / f"copy{number}.png")
        Image.fromarray(hurt).save(copies[-1])
    found = command("restore", *copies, "--masks", tmp_path / "masks")
    assert found["added"] == [6]
    assert all(share > 0.02 for share in found["damaged"])
    shown = np.asarray(Image.open(tmp_path / "masks" / "1-copy0.png"))
    assert shown[10:13].mean() > 200 and shown[45:].mean() < 20
    assert command("generate", "--no-score")["made"] == 1
    made = pixels_of(grown, 6).astype(float)
    assert np.abs(made - clean).mean() < 1

    Image.fromarray(clean[:-2]).save(tmp_path / "short.png")
    assert "copy 2 is" in refused(grown, "restore", copies[0], tmp_path / "short.png").message
    assert isinstance(refused(grown, "restore", copies[0], tmp_path / "short.png"), GenerationError)
    assert "wants two or more copies" in refused(grown, "restore", copies[0]).message
    assert "cannot inpaint" in refused(grown, "restore", *copies, "--inpaint").message
