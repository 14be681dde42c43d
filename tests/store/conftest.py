"""Databases as earlier versions left them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from collection.store.database import open_engine
from collection.store.migrations import upgrade


@pytest.fixture
def older_database(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes an empty database of an earlier revision, runs SQL in it, and returns its path."""

    def make(revision: str, script: str) -> Path:
        path = tmp_path / f"{revision}.db"
        engine = open_engine(path)
        with engine.begin() as connection:
            upgrade(connection, revision)
        engine.dispose()
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
        return path

    return make
