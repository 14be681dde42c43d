"""A worker that cannot say that it is alive goes on trying, and gives its batches up knowingly."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collection.errors import ConflictError
from collection.generate.running.heartbeat import Heartbeat, heartbeat
from collection.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "collection.db", busy_seconds=0.01)
    store.queue_batches([[1]])
    return store


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that writes and writes."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def lease_end(store: Store) -> float:
    with sqlite3.connect(store.path) as connection:
        return float(connection.execute("SELECT until FROM batch").fetchone()[0])


def until_renewed(store: Store) -> None:
    """Wait for the next renewal."""
    before = lease_end(store)
    while lease_end(store) <= before:
        time.sleep(0.005)


def until_troubled(alive: Heartbeat) -> None:
    """Wait until a renewal has failed."""
    while alive.trouble is None:
        time.sleep(0.005)


def test_a_locked_database_ends_no_heartbeat_and_costs_no_lease(store: Store) -> None:
    store.take_batch("a", 30)
    with heartbeat(store, "a", lease=30, interval=0.01, retry=0.01) as alive:
        until_renewed(store)
        with locked(store.path):
            until_troubled(alive)
            alive.check()
        until_renewed(store)
        alive.check()
    assert store.take_batch("b", 30) is None


def test_a_lease_that_ran_out_is_given_up_by_name(store: Store) -> None:
    store.take_batch("a", 0.05)
    with heartbeat(store, "a", lease=0.05, interval=0.01, retry=0.01) as alive, locked(store.path):

        def look() -> None:
            while True:
                alive.check()
                time.sleep(0.005)

        with pytest.raises(ConflictError, match=r"worker a gave its batches up.*locked") as caught:
            look()
    assert "what was made is kept" in str(caught.value.hint)


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), ValueError("anything")])
def test_whatever_goes_wrong_with_a_renewal_is_tried_again(store: Store, error: Exception) -> None:
    tried = []

    class Failing(Store):
        def renew_leases(self, worker: str, seconds: float) -> None:
            tried.append(worker)
            if len(tried) < 3:
                raise error
            super().renew_leases(worker, seconds)

    failing = Failing(store.path)
    failing.take_batch("a", 30)
    with heartbeat(failing, "a", lease=30, interval=0.01, retry=0.01):
        until_renewed(failing)
    assert len(tried) >= 3
