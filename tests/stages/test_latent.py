"""Walks, points and directions in a project of a tiny latent model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from collection.errors import NotEnoughVotesError, UsageError
from collection.generate.latent.model import open_model
from collection.generate.latent.networks import VaeDecoder
from collection.generate.latent.points import place_of
from collection.project import Project, open_project
from collection.stages.decide import Curator, decide
from collection.stages.generate import GenerateStage
from collection.stages.latent import learn_direction, project_picture
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.walk import WalkStage

CONFIG = """\
title = "Tiny"
supply = 60
candidates = 60
seed = 4
image.size = 64
generator = { use = "latent", model = "latent.json" }
"""


def write_model(folder: Path) -> None:
    torch.manual_seed(2)
    save_file(VaeDecoder(16, 4, 2, 4).state_dict(), folder / "w.safetensors")
    manifest = {"kind": "vae", "weights": "w.safetensors", "latent": [4], "size": 16, "width": 4, "classes": ["a", "b"]}
    (folder / "latent.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Sixty images, made."""
    folder = tmp_path_factory.mktemp("latent")
    write_model(folder)
    (folder / "collection.toml").write_text(CONFIG)
    with open_project(folder) as opened:
        run_stages(opened, [PlanStage(), GenerateStage(judged=False)])
        yield opened


def test_votes_teach_the_direction_that_they_follow(project: Project) -> None:
    model = open_model(project.folder / "latent.json")
    liked = {
        asset.id: float(place_of(asset.recipe, model).point[2]) > 0 for asset in project.store.assets() if asset.recipe
    }
    with project.working():
        decide(project, "pick", [number for number, like in liked.items() if like], Curator("ada"))
        decide(project, "reject", [number for number, like in liked.items() if not like], Curator("ada"))
    told = learn_direction(project, "third", curator="ada")
    kept = json.loads((project.folder / "latents" / "third.json").read_text())
    direction = np.array(kept["numbers"])
    assert np.linalg.norm(direction) == pytest.approx(1, abs=1e-5)
    assert direction[2] > 0.9
    assert (kept["weights"], told.details["examples"]) == (model.weights, 60)


def test_nothing_is_kept_where_nothing_is_learned(project: Project) -> None:
    """Seeds choose classes by chance, which no direction of points foretells."""
    with pytest.raises(NotEnoughVotesError):
        learn_direction(project, "class-a", trait="Class=a")
    with pytest.raises(NotEnoughVotesError, match="nothing was said of what ben likes"):
        learn_direction(project, "class-a", curator="ben")
    for trait, words in (("Class=c", "no image that has a Class has Class=c"), ("Class", "a trait is NAME=VALUE")):
        with pytest.raises(UsageError, match=words):
            learn_direction(project, "class-a", trait=trait)
    assert not (project.folder / "latents" / "class-a.json").exists()


def test_an_image_of_the_project_is_found_in_its_latent_space(project: Project) -> None:
    asset = project.store.assets()[0]
    told = project_picture(project, project.files.path(asset.file_sha256), "first")
    kept = json.loads((project.folder / "latents" / "first.json").read_text())
    assert len(kept["numbers"]) == 4
    assert told.details["error"] < 0.01
    assert told.hint == '[styles.first] latent = "latents/first.json" draws near it'
    with pytest.raises(UsageError, match="is no name for a file"):
        project_picture(project, project.files.path(asset.file_sha256), "../x")


@pytest.mark.parametrize(("suffix", "form"), [("webp", "WEBP"), ("gif", "GIF"), ("png", "PNG")])
def test_a_loop_begins_with_its_first_image_and_moves_evenly(
    project: Project, tmp_path: Path, suffix: str, form: str
) -> None:
    path = tmp_path / f"loop.{suffix}"
    told = WalkStage([1, 2, 3], between=3, loop=True, output=path).run(project)
    assert told.details["frames"] == 12
    with Image.open(path) as image:
        assert (image.format, image.n_frames, image.size) == (form, 12, (64, 64))
        image.seek(0)
        first = np.asarray(image.convert("RGB")).astype(int)
        frames = []
        for place in range(12):
            image.seek(place)
            frames.append(np.asarray(image.convert("RGB")).astype(int))
    asset = project.store.asset(1)
    assert asset is not None
    with Image.open(project.files.path(asset.file_sha256)) as made:
        assert np.abs(first - np.asarray(made.convert("RGB"))).mean() < (10 if suffix == "gif" else 0.01), "256 colours"
    steps = [np.abs(frames[place] - frames[place - 1]).mean() for place in range(12)]
    assert max(steps) < 5 * np.mean(steps), "also from the last to the first"


def test_what_is_no_walk_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leads through two images or more"):
        WalkStage([1]).run(project)
    with pytest.raises(UsageError, match=r"x\.mp4: an animation is \.webp"):
        WalkStage([1, 2], output=tmp_path / "x.mp4").run(project)
    with pytest.raises(UsageError, match="there is no image 99"):
        WalkStage([1, 99]).run(project)


def test_a_project_of_another_generator_has_no_latent_space(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text('title = "x"\nsupply = 1\nseed = 1\n')
    with open_project(tmp_path) as opened, pytest.raises(UsageError, match="painter has no latent space"):
        learn_direction(opened, "x")
