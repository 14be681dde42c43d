"""The stages' floor: what every stage keeps to, and how stages are run one after the other."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import FrozenInstanceError, dataclass, is_dataclass
from pathlib import Path
from typing import ClassVar

import pytest

import collection.stages
from collection.errors import CollectionError, ProjectBusyError
from collection.project import Project, open_project
from collection.stages.derive import BreedStage, DeriveStage, RerollStage, TopUpStage
from collection.stages.generate import GenerateStage
from collection.stages.jobs import JOBS
from collection.stages.judges import judges_of
from collection.stages.pipeline import PIPELINE, Stage, pending, run_stages
from collection.stages.plan import PlanStage
from collection.stages.report import Report
from collection.stages.score import ScoreStage
from collection.values import Failure, Progress, silent

CONFIG = """\
title = "Tiny"
supply = 2
candidates = 4
seed = "tiny"

[image]
size = 64

[styles.ink]

[[series]]
prompt = "noon"
blend = { ink = 1 }
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "collection.toml").write_text(CONFIG)
    with open_project(tmp_path) as opened:
        yield opened


def every_stage() -> list[type[Stage]]:
    modules = [
        importlib.import_module(f"collection.stages.{m.name}") for m in pkgutil.iter_modules(collection.stages.__path__)
    ]
    found = {value for module in modules for name, value in vars(module).items() if name.endswith("Stage")}
    return sorted(found - {Stage, DeriveStage}, key=lambda stage: stage.__name__)


@pytest.mark.parametrize("stage", every_stage(), ids=lambda stage: stage.__name__)
def test_every_stage_is_a_frozen_value_of_one_shape(stage: type[Stage]) -> None:
    assert is_dataclass(stage)
    assert stage.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert (stage.name, stage.unit) and stage.__doc__
    assert list(inspect.signature(stage.pending).parameters) == ["self", "project"]
    run = inspect.signature(stage.run).parameters
    assert list(run) == ["self", "project", "progress"]
    assert run["progress"].kind is inspect.Parameter.KEYWORD_ONLY


def test_the_order_is_that_of_the_product() -> None:
    names = "plan generate score dedupe select freeze pin deploy mint verify sheet"
    assert " ".join(stage.name for stage in PIPELINE) == names
    with pytest.raises((FrozenInstanceError, TypeError)):  # with slots, Python 3.11 raises the other one
        GenerateStage().limit = 3  # type: ignore[misc]


def test_what_was_done_is_pending_no_longer(project: Project) -> None:
    first = PIPELINE[:5]
    assert pending(project, first) == {"plan": 4, "generate": 0, "score": 0, "dedupe": 0, "select": 2}
    reports = run_stages(project, first)
    assert all(report.complete for report in reports)
    assert set(pending(project, first).values()) == {0}
    again = run_stages(project, first)
    assert all("nothing" in report.line for report in again)


@dataclass(frozen=True, slots=True)
class Told:
    """A stage that says what it is told to."""

    complete: bool = True
    error: CollectionError | None = None
    name: ClassVar[str] = "told"
    unit: ClassVar[str] = "word"

    def pending(self, project: Project) -> int:
        return 1

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        progress(1, 1)
        if self.error:
            raise self.error
        return Report("told", "said", failures=[Failure("it", "failed")], complete=self.complete)


@pytest.mark.parametrize(("keep_going", "count"), [(False, 2), (True, 3)])
def test_what_is_incomplete_ends_the_run_unless_it_may_go_on(project: Project, keep_going: bool, count: int) -> None:
    heard: list[Report] = []
    done = run_stages(project, [Told(), Told(complete=False), Told()], told=heard.append, keep_going=keep_going)
    assert heard == done
    assert len(done) == count
    assert done[1].as_json() == {"stage": "told", "failed": [{"what": "it", "why": "failed"}], "complete": False}


def test_an_error_keeps_what_was_told_and_frees_the_project(project: Project) -> None:
    heard: list[Report] = []
    with pytest.raises(CollectionError, match="no"):
        run_stages(project, [Told(), Told(error=CollectionError("no")), Told()], told=heard.append)
    assert len(heard) == 1
    assert len(run_stages(project, [Told()])) == 1


def test_stages_wait_for_nobody_only_if_they_merely_read(project: Project) -> None:
    with project.working():
        with pytest.raises(ProjectBusyError):
            run_stages(project, [Told()])
        assert run_stages(project, [Told()], alone=False)


def test_each_stage_is_watched_by_itself(project: Project) -> None:
    heard: list[tuple[str, int, int]] = []

    @contextmanager
    def watch(stage: Stage) -> Iterator[Progress]:
        yield lambda done, total: heard.append((stage.name, done, total))

    run_stages(project, [PlanStage(), GenerateStage(limit=1), Told()], watch=watch)
    assert heard == [("generate", 0, 1), ("generate", 1, 1), ("told", 1, 1)]


def test_the_judges_of_a_project_are_the_same_as_long_as_it_is_open(project: Project) -> None:
    assert judges_of(project) is judges_of(project)
    with open_project(project.folder) as other:
        assert judges_of(other) is not judges_of(project)


def test_every_job_of_the_room_is_stages(project: Project) -> None:
    options = {
        "reroll": {"images": [1]}, "breed": {"images": [1, 2], "children": 2, "mutation": 0.5, "immigration": 0.0},
        "variations": {"image": 1, "strengths": [0.5], "seeds": [1]},
    }  # fmt: skip
    stages = {kind: build(options.get(kind, {})) for kind, build in JOBS.items()}
    assert stages["breed"][0] == BreedStage(1, 2, 2, 0.5, 0.0)
    for kind in ("reroll", "top-up", "breed", "variations", "generate"):
        assert [stage.name for stage in stages[kind]][-3:] == ["generate", "score", "dedupe"], kind
    assert isinstance(stages["score"][0], ScoreStage)


def test_derived_recipes_are_checked_as_the_plan_is_and_nothing_is_retired_before(project: Project) -> None:
    """A style that the painter does not know is refused before an image gives way to one that cannot be made."""
    run_stages(project, [PlanStage(), GenerateStage(judged=False)])
    path = project.folder / "collection.toml"
    path.write_text(CONFIG.replace("[styles.ink]", '[styles.ink]\npainter = "inkk"'))
    with open_project(project.folder) as changed:
        with pytest.raises(CollectionError, match="inkk"):
            run_stages(changed, [RerollStage([1])])
        assert [item.id for item in changed.store.planned()] == [1, 2, 3, 4]
        assert TopUpStage().pending(changed) == 0
