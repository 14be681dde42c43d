"""The whole way, as a person goes it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

STAGES = ["plan", "generate", "score", "dedupe", "select", "freeze", "pin", "deploy", "mint", "verify", "sheet"]
COUNTS = ["planned", "generated", "scored", "duplicates", "selected", "frozen", "pinned", "minted", "verified"]


def test_the_stages_one_by_one(collection, script, project):
    for stage in STAGES:
        before = collection("-C", project, stage, "--dry-run", "--json")
        assert before.code == 0
        assert before.object["pending"] > 0, stage
        said = script("-C", project, stage, "--json", *(["--no-score"] if stage == "generate" else []))
        assert said.code == 0, said
        assert said.object["stage"] == stage
        assert said.object["complete"] is True
        assert said.out.count("\n") == 1, "one object on stdout, all else on stderr"
    status = collection("-C", project, "status", "--json").object
    assert {name: status[name] for name in COUNTS} == {
        "planned": 5, "generated": 5, "scored": 5, "duplicates": 0, "selected": 3, "frozen": 3, "pinned": 3,
        "minted": 3, "verified": 3,
    }  # fmt: skip
    assert status["next"] is None


def test_a_run_names_the_room_where_its_images_are_seen(collection, finished):
    said = collection("-C", finished, "run")
    assert said.out.splitlines()[-1].split()[:5] == ["next", "collection", "-C", str(finished), "review"]


def test_a_dry_run_of_everything_changes_nothing(collection, project):
    collection("-C", project, "plan")
    said = collection("-C", project, "run", "--dry-run", "--json")
    assert said.object["pending"]["generate"] == 5
    assert collection("-C", project, "status", "--json").object["generated"] == 0
    assert not (project / "files").exists()


def test_a_second_run_does_nothing_and_says_so(collection, finished):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*.*") if path.suffix in (".png", ".car")}
    said = collection("-C", finished, "run")
    assert said.code == 0
    for stage in set(STAGES) - {"plan", "verify"}:
        line = next(line for line in said.out.splitlines() if line.startswith(f"{stage} "))
        assert "nothing to do" in line, line
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_the_sample_of_the_demo(collection, script, tmp_path):
    """`make demo` in a temporary folder: what it types, and what it promises."""
    demo = tmp_path / "demo"
    assert collection("new", demo, "--sample", "paper-weather").code == 0
    said = script("-C", demo, "run")
    assert said.code == 0, said
    status = collection("-C", demo, "status", "--json").object
    assert all(isinstance(status[name], int) for name in COUNTS)
    assert status["minted"] == status["verified"] >= 24
    from PIL import Image

    with Image.open(demo / "sheet.png") as sheet:
        assert sheet.width > 1500


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


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(collection, project):
    (project / "collection.toml").write_text((project / "collection.toml").read_text().replace("= 5", "= 400"))
    command = [str(Path(sys.executable).parent / "collection"), "-C", str(project), "run", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(project.glob("files/*/*.png")):
        time.sleep(0.05)
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "goes on from here" in err
    assert "Traceback" not in err
    assert json.loads(out)["error"]["hint"]
    assert collection("-C", project, "status", "--json").object["generated"] >= 1
