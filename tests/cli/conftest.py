"""The command as a person runs it: a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMMAND = str(Path(sys.executable).parent / "collection")
TINY = """\
title = "Tiny"
supply = 3
candidates = 5
seed = "tiny"

[image]
size = 64

[styles.woodblock]
[styles.ink]

[[series]]
name = "day"
prompt = "noon"
blend = { woodblock = 1 }
share = 3

[[series]]
name = "night"
prompt = "the moon"
blend = { woodblock = 1, ink = 2 }
share = 2

[verify]
rerender = 2
"""


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Run = Callable[..., Said]


@pytest.fixture(scope="session")
def collection() -> Run:
    """Runs `collection` with words; never with a traceback."""

    def run(*words: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> Said:
        done = subprocess.run(
            [COMMAND, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=env, stdin=subprocess.DEVNULL
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `collection` with words in this process, where torch is loaded once for all tests."""
    from collection_cli.main import main

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["collection", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Said(left.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def tiny() -> str:
    """A configuration of five small pictures, of which three become tokens."""
    return TINY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh project of that configuration."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text(TINY)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, collection: Run) -> Path:
    """The same, run to its end. Only to be read."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "collection.toml").write_text(TINY)
    said = collection("-C", folder, "run")
    assert said.code == 0, said
    return folder
