"""The command as a person runs it: a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


Run = Callable[..., Any]
"""Runs a command; returns what it said."""


@pytest.fixture(scope="session")
def collection(forks: Callable[..., Run]) -> Run:
    """Runs `collection` with words, as a process of its own; never with a traceback."""
    return forks()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: Callable[..., Any]) -> Run:
    """Runs `collection` with words in this process, where torch is loaded once for all tests."""
    from collection_cli.main import main

    def run(*words: object) -> Any:
        monkeypatch.setattr(sys, "argv", ["collection", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return said(left.value.code, printed.out, printed.err)

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
