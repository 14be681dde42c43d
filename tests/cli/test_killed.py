"""A run that is killed again and again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import pytest


def tokens(folder: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "collection.db") as database:
        return database.execute("SELECT token_id, metadata_sha256 FROM token ORDER BY token_id").fetchall()


@pytest.fixture
def run_seconds(collection, project, tmp_path) -> float:
    """How long a whole run takes here and now."""
    shutil.copytree(project, tmp_path / "timed")
    begun = time.monotonic()
    assert collection("-C", tmp_path / "timed", "run").code == 0
    return time.monotonic() - begun


@pytest.mark.timeout(600)
def test_killed_at_ten_random_moments_it_ends_with_the_same_tokens(collection, project, finished, run_seconds):
    chance, killed = random.Random(20), 0
    for _ in range(40):
        child = collection.start("-C", project, "run")
        said = collection.ended(chance.uniform(0, run_seconds))
        if said is None:
            os.kill(child, signal.SIGKILL)
            said = collection.ended()
        killed += said.code == -signal.SIGKILL
        if killed == 10:
            break
        if said.code == 0:  # it came through: begin anew, so that the kills hit every stage
            shutil.copy(project / "collection.toml", project.parent)
            shutil.rmtree(project)
            project.mkdir()
            shutil.move(project.parent / "collection.toml", project)
    assert killed == 10
    assert collection("-C", project, "run").code == 0
    assert tokens(project) == tokens(finished)
    status = collection("-C", project, "status", "--json").object
    assert (status["generated"], status["minted"], status["verified"]) == (5, 3, 3)
    with sqlite3.connect(project / "collection.db") as database:
        assert database.execute("SELECT COUNT(*), COUNT(DISTINCT recipe_id) FROM asset").fetchone() == (5, 5)
        assert database.execute("SELECT COUNT(*) FROM pin").fetchone() == (1,)
        assert database.execute("SELECT COUNT(*) FROM deployment").fetchone() == (1,)
    assert collection("-C", project, "verify", "--rerender", "3", "--json").object["rerendered"] == 3
