"""What becomes of a command whose output nobody reads any more, and where -C may stand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COLLECTION = str(Path(sys.executable).parent / "collection")


def with_no_reader(*words: str, stderr: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run `collection` with words; who reads its output has gone before it begins."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [COLLECTION, *words], stdout=write, stderr=write if stderr else subprocess.PIPE, check=False, timeout=120
        )
    finally:
        os.close(write)


@pytest.mark.parametrize("words", [["metrics"], ["models"], ["--help"], ["plan", "--help"], ["config", "--schema"]])
def test_a_reader_who_has_gone_is_no_failure(words: list[str]) -> None:
    said = with_no_reader(*words)
    assert (said.returncode, said.stderr) == (0, b"")


@pytest.mark.parametrize("words", [["status"], ["status", "--json"], ["run", "--dry-run"]])
def test_it_is_none_in_a_project(project: Path, words: list[str]) -> None:
    said = with_no_reader("-C", str(project), *words)
    assert said.returncode == 0
    assert b"Traceback" not in said.stderr
    assert with_no_reader("-C", str(project), *words, stderr=True).returncode == 0


def test_a_run_goes_on_when_its_reader_has_gone(collection, project: Path) -> None:
    assert with_no_reader("-C", str(project), "plan").returncode == 0
    assert with_no_reader("-C", str(project), "generate", "--no-score").returncode == 0
    assert collection("-C", project, "status", "--json").object["generated"] == 5


def test_the_folder_may_stand_after_the_command(collection, project: Path, tmp_path: Path) -> None:
    expected = collection("-C", project, "status", "--json").object
    for words in (["status", "-C", project], ["status", "--json", f"--project={project}"], ["status", f"-C{project}"]):
        said = collection(*words, *([] if "--json" in words else ["--json"]), cwd=tmp_path)
        assert said.object == expected, words
    assert collection("-C", tmp_path, "status", "-C", project, "--json").object == expected


def test_hints_can_be_typed(collection, project: Path) -> None:
    """A folder with a blank and quotes is quoted where a command is named."""
    import shlex

    folder = project.rename(project.with_name('it\'s a "project" of mine; #1'))
    for words in (["status"], ["run", "--dry-run"]):
        said = collection("-C", folder, *words)
        typed = said.out.splitlines()[-1].removeprefix("next").strip().partition(", or")[0]
        assert shlex.split(typed) == ["collection", "-C", str(folder), "plan"]


def test_a_dry_run_says_what_comes_first(collection, project: Path) -> None:
    said = collection("-C", project, "generate", "--dry-run", "--json")
    assert said.object == {"stage": "generate", "pending": 0, "before": "plan"}
    assert "nothing to do before plan" in said.err
    everything = collection("-C", project, "run", "--dry-run").out.splitlines()
    assert all("nothing to do before plan" in line or "pending" in line for line in everything[:-1]), everything
