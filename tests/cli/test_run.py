"""The whole way, as a person goes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

STAGES = ["plan", "generate", "score", "dedupe", "select", "freeze", "pin", "deploy", "mint", "verify", "sheet"]
COUNTS = ["planned", "generated", "scored", "duplicates", "selected", "frozen", "pinned", "minted", "verified"]


def test_the_stages_one_by_one(collection, script, project):
    for stage in STAGES:
        before = collection("-C", project, stage, "--dry-run", "--json")
        assert before.code == 0
        assert before.object["pending"] > 0, stage
        begin = script if stage == "score" else collection  # once from the first line, where most is loaded
        said = begin("-C", project, stage, "--json", *(["--no-score"] if stage == "generate" else []))
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


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(collection, project):
    (project / "collection.toml").write_text((project / "collection.toml").read_text().replace("= 5", "= 400"))
    command = [str(Path(sys.executable).parent / "collection"), "-C", str(project), "run", "--json"]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # in the background a shell has it ignored
    )  # fmt: skip
    while not list(project.glob("files/*/*.png")):
        time.sleep(0.05)
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "run the same command again" in err
    assert "Traceback" not in err
    assert json.loads(out)["error"]["hint"]
    assert collection("-C", project, "status", "--json").object["generated"] >= 1
