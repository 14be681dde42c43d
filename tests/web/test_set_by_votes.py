"""Comparisons that are made in the room count in the room, as they do for `collection run`."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from collection.curate.reviews.log import record, undo
from collection.project import Project, open_project
from collection.stages.pipeline import run_stages
from collection.stages.select import SelectStage
from collection.store.review_records import Decision
from collection.web.jobs import Jobs

DUELS = 200


def compare(project: Project, count: int = DUELS) -> None:
    """Comparisons by a curator who likes the images best that the scores like least; each an action of its own."""
    rng, pairs = np.random.default_rng(5), list(combinations(range(1, 12), 2))
    for place in rng.integers(len(pairs), size=count).tolist():
        worse, better = pairs[place][::-1]
        sides = (better, worse, "left") if rng.random() < 0.5 else (worse, better, "right")
        record(project.store, "anna", [Decision("pair", sides[0], sides[2], sides[1])])


def as_run_would_choose(project: Project, copy: Path) -> list[int]:
    """What `collection run` chooses, asked of a copy of the project."""
    project.store.sync()
    shutil.copytree(project.folder, copy)
    with open_project(copy) as other:
        run_stages(other, [SelectStage()])
        return [item.asset_id for item in other.store.selection()]


def proposed(client: TestClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/set").json()
    return answer


@pytest.fixture
def config(config: str) -> str:
    """The configuration of a project in which no metric is named that ranks: the votes do."""
    return config.replace('[select]\nby = ["quality"]\n', "")


@pytest.fixture
def before(anna: TestClient) -> list[int]:
    """The set by variety alone."""
    ids: list[int] = proposed(anna)["ids"]
    return ids


def test_the_set_shown_is_the_set_that_a_run_would_choose(
    project: Project, anna: TestClient, before: list[int], tmp_path: Path
) -> None:
    compare(project)
    wanted = as_run_would_choose(project, tmp_path / "copy")
    assert wanted != before, "the comparisons say other than variety alone"
    assert proposed(anna)["ids"] == wanted
    assert not project.store.selection(), "nothing is chosen by looking"
    assert proposed(anna)["version"] == proposed(anna)["version"], "and looking again changes nothing"


def test_the_set_that_is_chosen_in_the_room_is_the_same(
    project: Project, anna: TestClient, before: list[int], tmp_path: Path
) -> None:
    compare(project)
    wanted = as_run_would_choose(project, tmp_path / "copy")
    assert anna.post("/api/set", json={}).json()["selected"] == 4
    assert [item.asset_id for item in project.store.selection()] == wanted != before


def test_a_job_chooses_the_same(project: Project, before: list[int], tmp_path: Path) -> None:
    compare(project)
    wanted = as_run_would_choose(project, tmp_path / "copy")
    jobs, ended = Jobs(project.folder), Event()
    jobs.listen(lambda job: ended.set() if job.state != "running" else None)
    jobs.start("select", {}, "anna")
    assert ended.wait(60)
    (job,) = jobs.all()
    assert (job.state, job.result["selected"]) == ("done", 4)
    assert [item.asset_id for item in project.store.selection()] == wanted != before


def test_costs_and_contact_sheet_are_of_that_set_too(project: Project, anna: TestClient, before: list[int]) -> None:
    first = anna.get("/api/sheet").content
    compare(project)
    assert anna.get("/api/sheet").content != first
    assert project.store.stage_report("votes")["conclusive"], "whichever is asked for first counts the comparisons"


def test_what_is_taken_back_no_longer_counts(project: Project, anna: TestClient, before: list[int]) -> None:
    compare(project)
    assert proposed(anna)["ids"] != before
    for _ in range(DUELS):
        undo(project.store, "anna")
    assert proposed(anna)["ids"] == before


def test_a_preview_counts_comparisons_as_the_choice_does(project: Project, before: list[int], tmp_path: Path) -> None:
    compare(project)
    found = SelectStage().preview(project)
    assert sorted(found.set_diff.added) == sorted(as_run_would_choose(project, tmp_path / "copy"))
    assert not project.store.selection()
