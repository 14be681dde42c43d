"""A set with fewer images than tokens: what is hinted at helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from collection.pictures.files import encode_png
from collection.project import Project, open_project
from collection.stages.derive import TopUpStage
from collection.stages.generate import GenerateStage
from collection.stages.importing import ImportStage
from collection.stages.pipeline import run_stages
from collection.stages.score import ScoreStage
from collection.stages.select import SelectStage
from collection.stages.shortage import way_out
from collection.store.judging_records import Duplicate

CONFIG = """\
title = "Imported"
supply = 5
candidates = 0
seed = 1

[[series]]
name = "all"
prompt = "a picture"

[select]
exclude = []
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Four imported pictures, of which two are near-duplicates of the first."""
    place = tmp_path_factory.mktemp("shortage")
    folder, pictures = place / "project", place / "pictures"
    folder.mkdir()
    pictures.mkdir()
    (folder / "collection.toml").write_text(CONFIG)
    for seed in range(4):
        pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        (pictures / f"{seed}.png").write_bytes(encode_png(pixels))
    with open_project(folder) as opened:
        ImportStage(pictures).run(opened)
        assert way_out(opened) == "`collection score` scores 4 images, then run again"
        ScoreStage().run(opened)
        opened.store.replace_duplicates([Duplicate(2, 1, "phash", 2.0), Duplicate(3, 1, "phash", 3.0)], "x", {})
        yield opened


def test_before_anything_is_planned_select_says_so(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text(CONFIG.replace("candidates = 0", "candidates = 6"))
    with open_project(tmp_path) as opened:
        hint = SelectStage().run(opened).hint
    assert hint is not None
    assert "`collection plan`" in hint


def test_where_all_is_imported_select_says_what_helps(project: Project) -> None:
    hint = SelectStage().run(project).hint
    assert hint is not None
    assert hint.startswith("3 tokens without an image: 2 images are near-duplicates: `collection lock NUMBER NUMBER`")
    for word in ("[dedupe]", "`collection dedupe`", "`collection import`", "lower `supply`"):
        assert word in hint
    assert "top-up" not in hint


def test_top_up_does_not_say_that_all_is_well(project: Project) -> None:
    report = TopUpStage().run(project)
    assert report.line == "nothing to plan, though 3 tokens can have no image"
    assert report.hint
    assert "`collection lock NUMBER NUMBER`" in report.hint


def test_where_nothing_is_planned_or_imported_every_stage_says_what_helps(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text(CONFIG)
    with open_project(tmp_path) as opened:
        for stage in (GenerateStage(), ScoreStage()):
            assert "`collection import FOLDER`" in str(stage.run(opened).hint)


def test_rejections_are_told_and_can_be_taken_back(project: Project) -> None:
    run_stages(project, [SelectStage(reject=(4,))])
    hint = str(SelectStage().run(project).hint)
    assert "2 images are near-duplicates and 1 image is rejected: " in hint
    assert "`collection reject NUMBER --off`" in hint
    run_stages(project, [SelectStage(free=(4,))])
    assert "rejected" not in str(SelectStage().run(project).hint)


def test_locks_do_help(project: Project) -> None:
    SelectStage(lock=(1, 2, 3)).run(project)
    assert {item.asset_id for item in project.store.selection()} == {1, 2, 3, 4}
