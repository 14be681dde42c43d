"""From marked pictures to their verification, as the commands do it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collection.errors import ConfigError, CredentialsError, PublishError, UsageError
from collection.marks import Disclosure, read_xmp
from collection.pictures.files import decode_image, encode_png, pixel_sha256
from collection.project import Project, open_project
from collection.stages.generate import GenerateStage
from collection.stages.inspect import inspect_picture
from collection.stages.keys import OWN, new_certificate_of, shown_keys
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.store.review_records import Selection

TOML = """\
title = "Marked"
description = "Weather."
supply = 2
candidates = 2
seed = "marked"
[image]
size = 256
[[artists]]
name = "Ada"
[[series]]
name = "day"
prompt = "noon"
[publish]
disclose = "all"
"""


@pytest.fixture(scope="module")
def _painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painted")
    (folder / "collection.toml").write_text(TOML)
    with open_project(folder) as project:
        run_stages(project, (PlanStage(), GenerateStage(judged=False)))
        chosen = [asset.id for asset in project.store.assets()][:2]
        project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
        run_stages(project, (FreezeStage(), PinStage()))
    return folder


@pytest.fixture
def reopen(_painted: Path, tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    """Opens a copy of the frozen project, with more lines in [publish]."""
    folder = shutil.copytree(_painted, tmp_path / "project")
    opened: list[Project] = []

    def again(more: str = "") -> Project:
        (folder / "collection.toml").write_text(TOML + more)
        opened.append(open_project(folder))
        return opened[-1]

    yield again
    for project in opened:
        project.close()


def first_token(project: Project) -> tuple[bytes, dict[str, Any]]:
    token = project.store.tokens()[0]
    metadata = json.loads(project.files.read(token.metadata_sha256, ".json"))
    return project.files.read(token.image_sha256), metadata


def test_a_published_picture_has_all_marks_and_says_so(reopen: Callable[..., Project], tmp_path: Path) -> None:
    project = reopen()
    data, metadata = first_token(project)
    token = project.store.tokens()[0]
    told = metadata["properties"]
    assert told["disclosure"]["marks"] == ["IPTC", "watermark", "C2PA"]
    assert metadata["description"] == f"Weather.\n\n{told['disclosure']['line']}"
    assert told["disclosure"]["line"].startswith("Made by an algorithm, without a trained model (painter: ")
    assert told["pixel_sha256"] == pixel_sha256(decode_image(data, "token")) != told["rendered_pixel_sha256"]
    assert told["rendered_pixel_sha256"] == token.asset.pixel_sha256
    assert told["disclosure"]["watermark"]["bits"] == told["recipe_sha256"][:16]
    picture = tmp_path / "picture.png"
    picture.write_bytes(data)
    report = inspect_picture(picture)
    assert report.details["marks"] == ["IPTC", "C2PA", "watermark"]
    assert report.details["c2pa"]["signer"] == "Ada"
    known = inspect_picture(picture, project.folder)
    assert (known.details["image"], known.details["token"], known.details["lost"]) == (token.asset.id, 1, {})


def test_a_copy_says_which_marks_it_lost(reopen: Callable[..., Project], tmp_path: Path) -> None:
    project = reopen()
    picture = tmp_path / "copy.jpg"
    data, _ = first_token(project)
    Image.open(io.BytesIO(data)).convert("RGB").save(picture, "JPEG", quality=60)
    report = inspect_picture(picture, project.folder)
    assert report.line.startswith("marked by an invisible watermark alone")
    assert {*report.details["lost"]} == {"IPTC", "C2PA"}
    assert report.details["token"] == 1


def test_verify_reads_marks_and_ties_the_picture_to_its_recipe(reopen: Callable[..., Project]) -> None:
    *_, verified = run_stages(reopen(), (DeployStage(), MintStage(), VerifyStage()))
    assert verified.complete, verified.failures
    assert "2 re-rendered alike; marks read back: IPTC 2 of 2, watermark 2 of 2, C2PA 2 of 2" in verified.line


def test_a_picture_that_is_not_the_rendered_one_with_its_watermark_is_found(
    reopen: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forger freezes other pixels: recipe and watermark are right, and yet it is another picture."""
    from collection.publish import marks

    embed = marks.with_watermark

    def forged(pixels: Any, *how: Any) -> Any:
        other = pixels.copy()
        other[:40, :40] = 255 - other[:40, :40]
        return embed(other, *how)

    project = reopen('watermark_key = "env:FORGED"\n')
    monkeypatch.setenv("FORGED", "x")
    monkeypatch.setattr(marks, "with_watermark", forged)
    run_stages(project, (FreezeStage(again=True), PinStage(), DeployStage(), MintStage()))
    monkeypatch.undo()
    monkeypatch.setenv("FORGED", "x")
    [verified] = run_stages(project, (VerifyStage(),))
    assert not verified.complete
    assert "not the rendered one with its watermark" in verified.failures[0].why


def test_a_second_freeze_signs_nothing_again(reopen: Callable[..., Project]) -> None:
    project = reopen()
    before, images = project.store.frozen(), [token.image_sha256 for token in project.store.tokens()]
    changed = reopen('background_color = "ffffff"\n')
    run_stages(changed, (FreezeStage(again=True),))
    now = changed.store.frozen()
    assert now and before and now.root_cid != before.root_cid
    assert now.images_cid == before.images_cid
    run_stages(reopen(), (FreezeStage(again=True),))
    assert reopen().store.frozen() == before
    new_certificate_of(changed, "Eve", again=True)
    run_stages(reopen('background_color = "000000"\n'), (FreezeStage(again=True),))
    assert [token.image_sha256 for token in changed.store.tokens()] != images, "another signer, another file"


def test_marks_can_be_left_out_one_by_one(reopen: Callable[..., Project]) -> None:
    project = reopen('watermark = "none"\n')
    run_stages(project, (FreezeStage(again=True),))
    data, metadata = first_token(project)
    token = project.store.tokens()[0]
    assert metadata["properties"]["disclosure"]["marks"] == ["IPTC", "C2PA"]
    assert pixel_sha256(decode_image(data, "token")) == token.asset.pixel_sha256
    assert "rendered_pixel_sha256" not in metadata["properties"]
    assert Disclosure.from_packet(read_xmp(data) or b"").source_type == "algorithmicMedia"


def test_a_secret_key_is_needed_to_mark_and_not_to_verify(
    reopen: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = reopen('watermark_key = "env:MARK_KEY"\n')
    with pytest.raises(PublishError, match="MARK_KEY is not set"):
        run_stages(project, (FreezeStage(again=True),))
    monkeypatch.setenv("MARK_KEY", "a word")
    run_stages(project, (FreezeStage(again=True), PinStage(), DeployStage(), MintStage()))
    monkeypatch.delenv("MARK_KEY")
    [verified] = run_stages(project, (VerifyStage(),))
    assert verified.complete, verified.failures
    assert "watermark" not in verified.line


def test_a_watermark_that_nobody_has_is_refused_at_once(reopen: Callable[..., Project]) -> None:
    with pytest.raises(ConfigError, match='no watermark "dct"'):
        reopen('watermark = "dct"\n')


def test_the_certificate_is_made_once_and_its_key_is_nobodys(reopen: Callable[..., Project]) -> None:
    project = reopen()
    report = shown_keys(project)
    assert report.line.startswith("Ada, self-signed: readers call it untrusted")
    assert (project.folder / "keys/certificate.key").stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="there already"):
        new_certificate_of(project)
    (project.folder / OWN).unlink()
    assert shown_keys(project).details["certificate"] is None


def test_a_certificate_that_is_named_must_be_there(reopen: Callable[..., Project]) -> None:
    project = reopen('certificate = "mine.pem"\n')
    with pytest.raises(CredentialsError, match=r"mine\.pem cannot be read"):
        run_stages(project, (FreezeStage(again=True),))


def test_a_picture_without_marks_says_so(tmp_path: Path) -> None:
    picture = tmp_path / "plain.png"
    picture.write_bytes(encode_png(np.full((20, 20, 3), 7, np.uint8)))
    report = inspect_picture(picture)
    assert report.line == "no mark of what made it"
    assert report.details["marks"] == []
