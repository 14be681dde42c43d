"""Worker processes: the same files as one process makes, whatever happens to them."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from threading import Thread

import psutil
import pytest

from collection.errors import CollectionError
from collection.generate.running.workers import cuda_devices, run_workers
from collection.stages.runners import runner_of

COMMAND = str(Path(sys.executable).parent / "collection")


def test_recycled_workers_make_the_same_files_as_one_process(planned_project, carried, hashes):
    alone, shared = planned_project("alone", 8), planned_project("shared", 8)
    carried(alone)
    report = carried(shared, workers=2, max_images_per_worker=3)
    assert (report.made, report.failed) == (8, ())
    assert hashes(shared.store) == hashes(alone.store)


def test_workers_killed_at_random_lose_nothing(planned_project, carried, hashes):
    alone, shared = planned_project("alone", 24, side=200), planned_project("shared", 24, side=200)
    carried(alone)
    chance, victims = random.Random(5), []

    def kill() -> None:
        while len(victims) < 3:
            made = len(shared.store.generated_files())
            crew = [child for child in multiprocessing.active_children() if child.pid not in victims]
            if crew and made > 5 * len(victims):
                victim = chance.choice(crew)
                os.kill(victim.pid, signal.SIGKILL)
                victims.append(victim.pid)
            time.sleep(chance.random() / 20)

    killer = Thread(target=kill, daemon=True)
    killer.start()
    report = carried(shared, workers=2)
    assert len(victims) == 3, "the run was over too early to show anything"
    assert (report.made, report.failed) == (24, ())
    assert hashes(shared.store) == hashes(alone.store)


def test_children_leave_when_their_parent_is_killed_and_the_next_run_ends_the_work(planned_project, carried, hashes):
    project = planned_project("killed", 40, side=200)
    words = [COMMAND, "-C", str(project.folder), "generate", "--workers", "2", "--no-score"]
    parent = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not project.store.generated_files():
        time.sleep(0.05)
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) > 2, "the workers, and what forks them"
    parent.kill()
    parent.wait()
    kept = hashes(project.store)
    assert len(kept) < 40, "the run was over too early to show anything"
    deadline = time.monotonic() + 20
    while any(child.is_running() for child in children):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.1)
    carried(project)
    assert kept.items() <= hashes(project.store).items()
    assert len(project.store.assets()) == 40


def test_what_a_worker_cannot_get_past_is_told_by_the_parent(planned_project, carried, library):
    project = planned_project("broken", 2)
    runner = runner_of(project, judged=False, workers=1)
    (project.folder / "collection.toml").write_text("title = 3\n")
    project.store.queue_batches([[1], [2]])
    with pytest.raises(CollectionError, match=r"collection\.toml.*title"):
        runner(lambda: None)


def test_workers_that_die_at_once_are_not_hired_for_ever(library):
    library.store.queue_batches([[1]])
    with pytest.raises(CollectionError, match=r"died 4 times .*exit code 3"):
        run_workers(library.store, partial(os._exit, 3), lambda: None, count=1)


def test_cuda_devices_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 0")
    assert cuda_devices() == ("2", "0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert cuda_devices() == ()
