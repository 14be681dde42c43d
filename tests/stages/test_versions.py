"""Versions of the frozen set: compared, put aside, brought back, deployed and verified."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.errors import MetadataError, NotFoundError, PublishError
from collection.project import Project, open_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.repair import damaged
from collection.stages.status import status_of
from collection.stages.versions import bring_back, compared, unfreeze, versions
from collection.store.review_records import Selection

TOML = """\
title = "{title}"
supply = 2
candidates = 3
seed = "versions"
[image]
size = 64
[[series]]
name = "day"
prompt = "noon"
"""


def choose(project: Project, *numbers: int) -> None:
    chosen = [Selection(number, place, "best") for place, number in enumerate(numbers, 1)]
    project.store.replace_selection(chosen, "x", {})


@pytest.fixture(scope="module")
def _frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    (folder / "collection.toml").write_text(TOML.format(title="One"))
    with open_project(folder) as project:
        run_stages(project, (PlanStage(), GenerateStage(judged=False)))
        choose(project, 1, 2)
        run_stages(project, (FreezeStage(), PinStage()))
    return folder


@pytest.fixture
def reopen(_frozen: Path, tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Opens a copy of the frozen project, with another title and more lines."""
    folder = shutil.copytree(_frozen, tmp_path / "project")
    opened: list[Project] = []

    def again(title: str = "One", more: str = "") -> Project:
        (folder / "collection.toml").write_text(TOML.format(title=title) + more)
        opened.append(open_project(folder))
        return opened[-1]

    yield again
    for project in opened:
        project.close()


def test_nothing_changes_by_looking(reopen: Callable[..., Project]) -> None:
    project = reopen()
    assert compared(project).line == "nothing would change"
    assert len(project.store.freezes()) == 1


def test_the_difference_names_settings_images_and_numbers(reopen: Callable[..., Project]) -> None:
    project = reopen("Two", '[freeze]\norder = "rank"\n')
    choose(project, 3, 1)
    diff = compared(project).details["diff"]
    was = {token.asset.id: token.token_id for token in project.store.tokens()}
    assert diff["settings"]["title"] == {"before": "One", "now": "Two"}
    assert diff["settings"]["freeze"] == {"before": None, "now": {"order": "rank"}}
    assert diff["added"] == [{"image": 3, "token": 1}]
    assert diff["removed"] == [{"image": 2, "token": was[2]}]
    assert diff["moved"] == ([{"image": 1, "before": was[1], "now": 2}] if was[1] != 2 else [])
    assert len(project.store.freezes()) == 1, "nothing was written"


def test_unfreezing_keeps_the_version_and_goes_back_to_choosing(reopen: Callable[..., Project]) -> None:
    project = reopen()
    before = project.store.frozen()
    report = unfreeze(project)
    assert project.store.frozen() is None
    assert "freeze --version 1" in report.line
    assert status_of(project).pending["freeze"] == 2
    with pytest.raises(PublishError, match="nothing is frozen"):
        unfreeze(project)
    run_stages(project, (FreezeStage(),))
    assert project.store.frozen() == before, "the same content is the same version"


def test_an_earlier_version_is_deployed_and_verified(reopen: Callable[..., Project]) -> None:
    reopen()
    project = reopen("Two")
    run_stages(project, (FreezeStage(again=True), PinStage()))
    listed = versions(project).details["versions"]
    assert [(item["version"], item["current"], item["tokens"]) for item in listed] == [(1, False, 2), (2, True, 2)]
    bring_back(project, 1)
    assert status_of(project).pending["freeze"] == 0
    *_, verified = run_stages(project, (DeployStage(), MintStage(), VerifyStage()))
    assert verified.complete, verified.failures
    assert project.store.deployments()[0].root_cid == listed[0]["root"]
    assert "signer" in verified.details
    with pytest.raises(NotFoundError, match="no version 3"):
        bring_back(project, 3)


def test_the_artist_names_single_tokens(reopen: Callable[..., Project]) -> None:
    project = reopen(more='[publish]\ntexts = "words.csv"\n')
    words = project.folder / "words.csv"
    words.write_text("image,name,description\n1,Gale,A storm.\n9,Nobody,\n")
    with pytest.raises(MetadataError, match='no image "9"'):
        run_stages(project, (FreezeStage(again=True),))
    words.write_text("image,name,description\n1,Gale,A storm.\n")
    assert compared(project).details["diff"]["settings"]["additions"]["now"] == {
        "1": {"name": "Gale", "description": "A storm."}
    }
    run_stages(project, (FreezeStage(again=True),))
    said = {token.asset.id: metadata(project, token.metadata_sha256) for token in project.store.tokens()}
    assert (said[1]["name"], said[1]["description"]) == ("Gale", "A storm.")
    assert said[2]["name"].startswith("One #")
    kept = [project.files.path(token.metadata_sha256, ".json") for token in project.store.tokens()]
    bytes_before = [path.read_bytes() for path in kept]
    words.unlink()
    for path in kept:
        path.unlink()
    from collection.publish.rewrite import rewrite

    frozen = project.store.frozen()
    assert frozen
    rewrite(project.store, project.files, project.config, frozen)
    assert [path.read_bytes() for path in kept] == bytes_before, "the words are kept with the version"


def test_a_token_has_several_files(reopen: Callable[..., Project]) -> None:
    more = '[publish]\nfiles = "extras"\nthumbnail = 32\n'
    project = reopen(more=more)
    folder = project.folder / "extras"
    folder.mkdir()
    (folder / "0001.mp4").write_bytes(b"a film")
    (folder / "1.txt").write_text("a poem")
    (folder / "9.txt").write_text("nobody's")
    (folder / "2.exe").write_bytes(b"no")
    with pytest.raises(MetadataError) as caught:
        run_stages(project, (FreezeStage(again=True),))
    assert [problem.message.partition(":")[0] for problem in caught.value.problems] == ["extras/2.exe", "extras/9.txt"]
    (folder / "9.txt").unlink()
    (folder / "2.exe").unlink()
    *_, verified = run_stages(project, (FreezeStage(again=True), PinStage(), DeployStage(), MintStage(), VerifyStage()))
    assert verified.complete, verified.failures
    (token,) = [token for token in project.store.tokens() if token.asset.id == 1]
    said = metadata(project, token.metadata_sha256)
    assert said["animation_url"].endswith(f"/{token.token_id}.mp4")
    assert {item["folder"]: item["type"] for item in said["properties"]["files"]} == {
        "animations": "video/mp4", "words": "text/plain", "thumbnails": "image/webp",
    }  # fmt: skip
    assert FreezeStage().pending(project) == 0
    (folder / "1.txt").write_text("another poem")
    assert FreezeStage().pending(project) == 2
    project.files.path(*token.extras["words"]).write_text("forged")
    (broken,) = damaged(project)
    assert broken.uri == f"words/{token.token_id}.txt"


def metadata(project: Project, sha256: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.files.read(sha256, ".json"))
    return found
