"""A project that cannot be written, as on a disc or in another person's folder, can be looked at."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def locked(finished: Path, tmp_path: Path) -> Iterator[Path]:
    """A finished project in which nothing can be written."""
    folder = Path(shutil.copytree(finished, tmp_path / "locked"))
    entries = [folder, *folder.rglob("*")]
    for entry in entries:
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    yield folder
    for entry in entries:
        entry.chmod(0o755)


def _without_privileges() -> None:
    """Let the permissions of folders hold for root, too: drop CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    if os.getuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):
            assert libc.prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `collection` as somebody for whom the folder's permissions hold."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from collection_cli.main import main; main()", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=240, cwd=tmp_path,
            preexec_fn=_without_privileges,
        )  # fmt: skip

    return run


def test_it_can_be_looked_at_and_nothing_else(
    locked: Path, look: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in locked.rglob("*")}
    status = look("-C", locked, "status")
    assert status.returncode == 0, status.stderr
    assert "all done: 3 tokens verified" in status.stdout
    proven = look("-C", locked, "verify", "--rerender", "0")
    assert (proven.returncode, "3 of 3 tokens proven" in proven.stdout) == (0, True), proven.stderr
    sheet = look("-C", locked, "sheet", "--all", "-o", tmp_path / "sheet.png")
    assert (sheet.returncode, (tmp_path / "sheet.png").exists()) == (0, True), sheet.stderr
    doctor = look("-C", locked, "doctor")
    assert doctor.returncode == 1
    assert "can only be looked at" in doctor.stdout
    for words in (["plan"], ["sheet", "--all"], ["doctor", "--repair"]):
        said = look("-C", locked, *words)
        assert said.returncode == 1, words
        assert "cannot" in said.stderr.splitlines()[0], said.stderr
        assert "Traceback" not in said.stderr
        assert len(said.stderr.splitlines()) <= 3, said.stderr
    assert before == {path: path.stat().st_mtime_ns for path in locked.rglob("*")}
