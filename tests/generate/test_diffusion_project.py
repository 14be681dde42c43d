"""A project with a diffusers pipeline, as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PIPELINE = (
    "collection.models.environment:prepare_torchvision",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
)
CONFIG = """\
title = "Tiny Diffusion"
supply = 2
candidates = 3
seed = 7

[image]
size = 64

[generator]
use = "diffusion"
model = {model}
steps = 2
batch_size = 2

[styles.ink]
prompt = "ink wash"

[styles.cut]
prompt = "cut paper"

[[series]]
prompt = "a cat"
blend = {{ ink = 1, cut = 3 }}

[verify]
rerender = 2
"""


Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def run(forks: Callable[..., Any]) -> Run:
    """Runs a command in a folder; returns its exit code and its object."""
    collection = forks(*PIPELINE)

    def run(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
        said = collection("-C", folder, *words, "--json")
        return said.code, said.object

    return run


@pytest.fixture
def project(tmp_path: Path, tiny_sd: Path) -> Path:
    (tmp_path / "collection.toml").write_text(CONFIG.format(model=json.dumps(str(tiny_sd))))
    return tmp_path


def test_from_a_folder_of_weights_to_proven_tokens(run: Run, project: Path) -> None:
    code, said = run(project, "run")
    assert code == 0, said
    verified = next(stage for stage in said["stages"] if stage["stage"] == "verify")
    assert (verified["proven"], verified["rerendered"]) == (2, 2)
    metadata = [json.loads(path.read_text()) for path in project.glob("files/*/*.json")]
    properties = [value["properties"] for value in metadata if "properties" in value]
    assert len(properties) == 2
    for value in properties:
        assert value["recipe"]["options"]["steps"] == 2
        assert {part["name"]: part["weight"] for part in value["recipe"]["blend"]} == {"cut": 0.75, "ink": 0.25}
        assert "sha256" in json.dumps(value["generator"]), "the weights are named by hash"


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("steps = 2", 'steps = 2\nscheduler = "Eulr"', 2, "Euler"),
        ("steps = 2", 'steps = 2\nscheduler = "DPMSolverSDE"', 2, "ignores"),
        ("size = 64", "size = 65", 2, "65"),
        ('prompt = "ink wash"', "", 2, "styles.ink says nothing"),
    ],
)
def test_what_the_pipeline_cannot_do_is_said_by_name(
    run: Run, project: Path, old: str, new: str, code: int, word: str
) -> None:
    path = project / "collection.toml"
    path.write_text(path.read_text().replace(old, new))
    found, said = run(project, "run")
    assert found == code, said
    assert word in json.dumps(said)


def test_a_missing_model_folder_is_named_and_nothing_is_made(run: Run, project: Path) -> None:
    path = project / "collection.toml"
    path.write_text(CONFIG.format(model='"./nowhere"'))
    code, said = run(project, "run")
    assert code == 1
    assert "nowhere" in said["error"]["message"]
    assert run(project, "status")[1]["generated"] == 0


def test_pictures_between_two_images_become_assets_of_their_own(run: Run, project: Path) -> None:
    assert run(project, "plan")[0] == run(project, "generate", "--no-score")[0] == 0
    code, said = run(project, "interpolate", "1", "2", "--images", "2")
    assert (code, said["added"]) == (0, [4, 5])
    code, said = run(project, "generate", "--no-score")
    assert (code, said["made"]) == (0, 2), said
    assert run(project, "finish")[1]["pending"] == 0, "nothing was a draft"
    code, said = run(project, "generate", "--check", "5")
    assert code == 0, said
