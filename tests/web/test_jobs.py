from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from collection.errors import CollectionError
from collection.project import Project
from collection.web.jobs import Job, Jobs, UnknownJobError


def wait_for(jobs: Jobs, reached: Callable[[Job], bool]) -> Job:
    while not reached(jobs.all()[0]):
        time.sleep(0.02)
    return jobs.all()[0]


@pytest.fixture
def jobs(project: Project):
    jobs = Jobs(project.folder)
    yield jobs
    jobs.close()


def test_a_reroll_plans_makes_and_judges(project: Project, jobs: Jobs) -> None:
    heard: list[Job] = []
    jobs.listen(heard.append)
    jobs.start("reroll", {"images": [2]}, "anna")
    with pytest.raises(CollectionError, match="a job is at work: reroll"):
        jobs.start("select", {}, "bob")
    job = wait_for(jobs, lambda job: job.state != "running")
    assert (job.state, job.error) == ("done", None)
    (new,) = job.result["added"]
    asset, replaced = project.store.asset(new), project.store.asset(2)
    assert asset
    assert asset.recipe
    assert replaced
    assert replaced.recipe
    assert asset.recipe.traits == replaced.recipe.traits
    assert new in {item.id for item in project.store.assets()}
    assert 2 not in {item.id for item in project.store.assets()}
    assert project.files.path(asset.file_sha256).is_file()
    assert {item.step for item in heard} >= {"generate", "score", "dedupe"}


def test_a_job_is_stopped_and_keeps_what_it_made(project: Project, jobs: Jobs) -> None:
    """Also if the server ignores SIGINT, as one does that was started in the background."""
    project.store.add_recipes([item.recipe for item in _more(project, 400)], "top-up")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        jobs.start("generate", {}, "anna")
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(jobs, lambda job: job.done > 0 or job.state != "running")
    jobs.cancel(1)
    assert wait_for(jobs, lambda job: job.state != "running").state == "cancelled"
    made = len(project.store.assets())
    assert 12 < made < 412
    assert all(project.files.path(asset.file_sha256).is_file() for asset in project.store.assets())


def test_a_job_that_cannot_be_done_says_why(project: Project, jobs: Jobs) -> None:
    with project.working():
        jobs.start("select", {}, "anna")
        job = wait_for(jobs, lambda job: job.state != "running")
    assert job.state == "failed"
    assert "another collection command is at work" in (job.error or "")
    with pytest.raises(UnknownJobError):
        jobs.cancel(7)


def test_wishes_are_checked_before_anything_begins(anna: TestClient) -> None:
    for wanted in (
        {"kind": "reroll", "images": [99]}, {"kind": "reroll", "images": []}, {"kind": "burn"},
        {"kind": "breed", "images": [1]}, {"kind": "breed", "images": [1, 2], "mutation": 2},
        {"kind": "select", "x": 1},
    ):  # fmt: skip
        assert 400 <= anna.post("/api/jobs", json=wanted).status_code < 500, wanted
    assert anna.get("/api/jobs").json() == {"jobs": []}
    assert anna.delete("/api/jobs/1").status_code == 404


def _more(project: Project, count: int):
    from dataclasses import replace

    planned = project.store.planned()
    return [replace(planned[0], recipe=replace(planned[0].recipe, seed=seed)) for seed in range(count)]
