"""A project of the small model that comes with the package, offline: what plans say, what tokens say, what is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.config.models import model_presets
from collection.project import open_project
from collection.publish.metadata import token_metadata

PIPELINE = (
    "collection.models.environment:prepare_torchvision",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
)
CONFIG = """\
title = "Finds"
supply = 12
candidates = 12
seed = "finds"
[generator]
use = "diffusion"
model = "tiny"
threads = 1
[styles.flat]
prompt = "flat icon style"
[[series]]
prompt = "{find}"
blend = { flat = 1 }
[traits]
find = { count = { banana = 3, cactus = 3, watermelon = 3, whale = 3 } }
"""
PLANTED = {1: "whale", 4: "banana", 8: "whale"}
"""Images (from 0, in the order of their things: bananas first) whose JSON says another thing than was asked for."""

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def run(forks: Callable[..., Any]) -> Run:
    return forks(*PIPELINE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """Twelve pictures of four things."""
    folder = tmp_path_factory.mktemp("finds")
    (folder / "collection.toml").write_text(CONFIG)
    for command in (["plan"], ["generate", "--no-score"]):
        said = run("-C", folder, *command)
        assert said.code == 0, said
    return folder


def test_what_it_cannot_paint_is_refused_or_named(tmp_path: Path, run: Run) -> None:
    text = CONFIG.replace("whale = 3", '"a red whale" = 3').replace("cactus = 3", "car = 3")
    (tmp_path / "collection.toml").write_text(text.replace("flat icon style", "oil painting of a flat icon style"))
    said = run("-C", tmp_path, "plan")
    assert said.code == 2
    for words in ('find = "car"', "the model tiny does not paint", "cannot paint car", "words tiny", "plan --anyway"):
        assert words in said.err
    assert "the model tiny cannot paint" in run("-C", tmp_path, "plan", "--dry-run").err
    assert "banana" not in said.err
    planned = run("-C", tmp_path, "plan", "--anyway", "--json").object
    assert set(planned["unknown_words"]["main"]) == {"red", "car"}
    assert [item["value"] for item in planned["unpainted"]] == ["car"]
    assert "style flat: tiny/2 cannot paint oil, painting" in planned["notes"]
    assert planned["planned"] == 12


def test_its_words_and_its_cost_are_known(tmp_path: Path, run: Run) -> None:
    (tmp_path / "collection.toml").write_text(CONFIG)
    words = run("words", "tiny", "--json").object["words"]
    assert words["Animals & Nature"]["whale"] == ["whale"]
    assert "blue background" in words["Ground"]["blue"]
    assert "sticker style" in run("words", "tiny").out
    assert run("words", "diffusion").code == 2
    takes = run("-C", tmp_path, "plan", "--dry-run", "--json").object["forecast"]
    assert takes["seconds"] == pytest.approx(12 * model_presets()["tiny"].seconds)
    assert "comes with this package" in run("-C", tmp_path, "doctor").out


def test_tokens_name_the_license_and_whom_it_asks_to_name(made: Path) -> None:
    preset = model_presets()["tiny"]
    with open_project(made) as project:
        (asset, *_) = project.store.assets()
        told = token_metadata(project.config, asset, 1, "cid")["properties"]
    assert (told["model_license"], told["model_attribution"]) == (preset.license, preset.attribution)
    assert told["recipe"]["model"] == "tiny/2"
    for name in ("Twemoji", "CC-BY-4.0", "Noto Emoji", "Fluent Emoji"):
        assert name in told["model_attribution"]


def test_nothing_is_claimed_of_what_pictures_show_and_planted_mismatches_are_found(
    made: Path, tmp_path: Path, run: Run
) -> None:
    with open_project(made) as project:
        images = sorted(project.store.assets(), key=lambda asset: (asset.recipe.traits["find"], asset.id))
        for number, asset in enumerate(images):
            picture = project.files.path(asset.file_sha256, ".png").read_bytes()
            (tmp_path / f"{number:02d}.png").write_bytes(picture)
            truth = asset.recipe.traits["find"]
            said = PLANTED.get(number, truth)
            assert (number in PLANTED) == (said != truth)
            attributes = [{"trait_type": "find", "value": said}]
            (tmp_path / f"{number:02d}.json").write_text(json.dumps({"attributes": attributes}))
    judged = tmp_path / "judged"
    judged.mkdir()
    (judged / "collection.toml").write_text('title = "Judged"\nsupply = 6\nseed = "judged"\n')
    assert run("-C", judged, "import", tmp_path).code == 0
    assert run("-C", judged, "score").code == 0
    found = run("-C", judged, "mismatches", "--json").object["mismatches"]
    assert all(item["by"] != "generator" for item in found)
    numbers = [item["image"] - 1 for item in found]
    hits = [number for number in numbers if number in PLANTED]
    assert len(hits) >= 0.6 * len(PLANTED), "recall"
    assert len(hits) >= 0.5 * len(numbers), "precision"


def test_the_sample_asks_for_nothing_that_it_cannot_paint(tmp_path: Path, run: Run) -> None:
    assert run("new", tmp_path / "finds", "--sample", "tiny-diffusion").code == 0
    planned = run("-C", tmp_path / "finds", "plan", "--json").object
    assert (planned["planned"], planned["unknown_words"], planned["unpainted"]) == (36, {}, [])
    assert not [note for note in planned["notes"] if "cannot paint" in note]
