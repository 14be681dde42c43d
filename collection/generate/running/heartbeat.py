"""The heartbeat of a worker: while it is at work, its leases are renewed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from collection.errors import ConflictError
from collection.generate.running.batch_result import described
from collection.store.store import Store

LEASE = 60.0
"""Seconds for which a batch belongs to a worker whose heartbeat has stopped."""
INTERVAL = 10.0
"""Seconds between two renewals."""
RETRY = 1.0
"""Seconds after which a renewal that failed is tried again."""


class Heartbeat:
    """Renews the leases of a worker in a thread of its own, and knows whether they still hold."""

    def __init__(self, store: Store, worker: str, *, lease: float, interval: float, retry: float) -> None:
        self._store, self._worker = store, worker
        self._lease, self._interval, self._retry = lease, interval, retry
        self._stopped = Event()
        self._renewed = time.monotonic()
        self.trouble: Exception | None = None
        """Why the last renewal failed; None if it did not."""
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """Renew no more."""
        self._stopped.set()
        self._thread.join()

    def check(self) -> None:
        """Raise ConflictError once the leases ran out because they could not be renewed.

        Another worker may have taken the batches by then; what one goes on to make would be made twice.
        """
        trouble, silent = self.trouble, time.monotonic() - self._renewed
        if trouble is not None and silent > self._lease:
            raise ConflictError(
                f"worker {self._worker} gave its batches up: for {silent:.0f} seconds it could not write that it is "
                f"alive: {described(trouble)}",
                "close what keeps the database locked, then type the command again: what was made is kept",
            ) from trouble

    def _run(self) -> None:
        pause = self._interval
        while not self._stopped.wait(pause):
            try:
                self._store.renew_leases(self._worker, self._lease)
            except Exception as error:  # whatever it is: the worker is told by `check`, and trying goes on
                self.trouble, pause = error, self._retry
            else:
                self._renewed, self.trouble, pause = time.monotonic(), None, self._interval


@contextmanager
def heartbeat(
    store: Store, worker: str, *, lease: float = LEASE, interval: float = INTERVAL, retry: float = RETRY
) -> Iterator[Heartbeat]:
    """Meanwhile the leases of `worker` are renewed to `lease` seconds, every `interval`; after a failure `retry`."""
    found = Heartbeat(store, worker, lease=lease, interval=interval, retry=retry)
    found.start()
    try:
        yield found
    finally:
        found.stop()
