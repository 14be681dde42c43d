"""Statements of SQL that are compiled once a process, whichever database they are sent to."""

from __future__ import annotations

from typing import Any

from collection.store import database


def share() -> None:
    """SQLAlchemy compiles every statement anew for each database that is opened: half the time of a test with a store.

    A command opens one; of the thousands of a process of tests, all share what the first compiled.
    """
    make, first = database.create_engine, database.create_engine("sqlite://")
    first.connect().close()  # which tells the dialect of what SQLite can do

    def create(*words: Any, **options: Any) -> Any:
        engine = make(*words, **options)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    database.create_engine = create  # type: ignore[assignment]
