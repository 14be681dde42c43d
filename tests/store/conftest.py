"""Databases as earlier versions left them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import collection.store.migrations as migrations
from collection.store.database import open_engine


@pytest.fixture
def older_database(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes an empty database of an earlier revision, runs SQL in it, and returns its path."""

    def make(revision: str, script: str) -> Path:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        path = tmp_path / f"{revision}.db"
        engine = open_engine(path)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        engine.dispose()
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
        return path

    return make
