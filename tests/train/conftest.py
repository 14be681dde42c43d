"""The training commands, with a folder of models of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def collection_train(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: Callable[..., Any], tmp_path: Path
) -> Callable[..., Any]:
    """Runs `collection train` with words in this process; models go to tmp_path/models."""
    from collection_cli.main import main

    monkeypatch.setenv("COLLECTION_MODELS", str(tmp_path / "models"))

    def run(*words: object) -> Any:
        monkeypatch.setattr(sys, "argv", ["collection", "train", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return said(int(left.value.code or 0), printed.out, printed.err)

    return run
