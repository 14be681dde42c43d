"""A project that cannot be written, as on a disc or in another person's folder, can be looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

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


WITHOUT_PRIVILEGES = """\
import ctypes, os
from collection_cli.main import main
if os.getuid() == 0:  # of root, too, permissions hold without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    libc, process, sets = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(process, sets) == 0
    for place in range(3):
        sets[place] &= ~0b110
    assert libc.capset(process, sets) == 0
main()
"""


@pytest.fixture
def look(collection: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Runs `collection` as somebody for whom the folder's permissions hold."""
    return partial(collection, cwd=tmp_path, program=WITHOUT_PRIVILEGES)


def test_it_can_be_looked_at_and_nothing_else(locked: Path, look: Callable[..., Any], tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in locked.rglob("*")}
    status = look("-C", locked, "status")
    assert status.code == 0, status.err
    assert "all done: 3 tokens verified" in status.out
    proven = look("-C", locked, "verify", "--rerender", "0")
    assert (proven.code, "3 of 3 tokens proven" in proven.out) == (0, True), proven.err
    sheet = look("-C", locked, "sheet", "--all", "-o", tmp_path / "sheet.png")
    assert (sheet.code, (tmp_path / "sheet.png").exists()) == (0, True), sheet.err
    doctor = look("-C", locked, "doctor")
    assert doctor.code == 1
    assert "can only be looked at" in doctor.out
    for words in (["plan"], ["sheet", "--all"], ["doctor", "--repair"]):
        said = look("-C", locked, *words)
        assert said.code == 1, words
        assert "cannot" in said.err.splitlines()[0], said.err
        assert "Traceback" not in said.err
        assert len(said.err.splitlines()) <= 3, said.err
    assert before == {path: path.stat().st_mtime_ns for path in locked.rglob("*")}
