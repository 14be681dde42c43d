"""A project of the small model that comes with the package, offline: what plans say, and what tokens say."""

from __future__ import annotations

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
    assert "style flat: tiny/1 cannot paint oil, painting" in planned["notes"]
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
    assert told["recipe"]["model"] == "tiny/1"
    for name in ("Twemoji", "CC-BY-4.0", "Noto Emoji", "Fluent Emoji"):
        assert name in told["model_attribution"]


def test_the_sample_asks_for_nothing_that_it_cannot_paint(tmp_path: Path, run: Run) -> None:
    assert run("new", tmp_path / "finds", "--sample", "tiny-diffusion").code == 0
    planned = run("-C", tmp_path / "finds", "plan", "--json").object
    assert (planned["planned"], planned["unknown_words"], planned["unpainted"]) == (36, {}, [])
    assert not [note for note in planned["notes"] if "cannot paint" in note]
