"""A pool of local processes that share the queue: one a device, or one a group of cores.

Each worker takes leases and writes the database itself. The parent only watches: it frees what a dead worker held,
begins another in its place, and passes on the error that stopped one. On Linux the workers are forks of a process
that has loaded what all of them need, and no model: a worker begins at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread

from collection.errors import CollectionError
from collection.generate.running.batch_result import RenderContext, described
from collection.generate.running.executor import MAX_CRASHES_WITHOUT_PROGRESS, OnBatchDone, work
from collection.store.library import ImageLibrary
from collection.store.store import Store

POLL = 0.25
"""Seconds between looks at the queue."""
SHUTDOWN_TIMEOUT = 5.0
"""Seconds that a worker with nothing to do may take to leave."""

Build = Callable[[], tuple[ImageLibrary, RenderContext]]
"""Opens the project in a worker; must survive pickling."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process and its connection to the parent."""

    name: str
    process: BaseProcess
    connection: Connection


def run_workers(
    store: Store,
    build: Build,
    on_batch_done: OnBatchDone,
    *,
    count: int,
    max_images: int | None = None,
    devices: Sequence[str] = (),
) -> None:
    """Empty the queue with `count` processes, each replaced after `max_images` images; `devices` (names for
    CUDA_VISIBLE_DEVICES) are dealt out in turn.

    Raises CollectionError for what a worker could not get past; then, and on Ctrl-C, all of them are stopped.
    """
    pool = WorkerPool(store, build, max_images, devices)
    try:
        while (state := store.queue_state()).open:
            pool.fill(min(count, len(pool.workers) + state.free))
            pool.watch()
            on_batch_done()
        pool.stop(SHUTDOWN_TIMEOUT)
    finally:
        pool.stop(0)


class WorkerPool:
    """The workers that run, by place: 0 to count - 1."""

    def __init__(self, store: Store, build: Build, max_images: int | None, devices: Sequence[str]) -> None:
        self.workers: dict[int, Worker] = {}
        self._store, self._build, self._max_images, self._devices = store, build, max_images, devices
        self._begun = 0
        self._crashes: dict[int, int] = {}
        self._done = -1

    def fill(self, count: int) -> None:
        """Begin workers until there are `count`."""
        places = (place for place in range(count) if place not in self.workers)
        for place in list(places)[: count - len(self.workers)]:
            self.workers[place] = self._begin(place)

    def watch(self) -> None:
        """Wait a moment, and reap the workers that have left."""
        wait([worker.process.sentinel for worker in self.workers.values()], timeout=POLL)
        for place, worker in list(self.workers.items()):
            if not worker.process.is_alive():
                del self.workers[place]
                self._reap(place, worker)

    def stop(self, timeout: float) -> None:
        """Wait so many seconds for the workers to leave, then kill them. The queue has what they leave undone."""
        deadline = time.monotonic() + timeout
        for worker in self.workers.values():
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            self._store.release_leases(worker.name)
        self.workers.clear()

    def _begin(self, place: int) -> Worker:
        begin = multiprocessing.get_context
        context = begin("forkserver") if sys.platform == "linux" else begin("spawn")
        context.set_forkserver_preload([getattr(self._build, "func", self._build).__module__])
        mine, theirs = context.Pipe(duplex=False)
        self._begun += 1
        name = f"{os.getpid()}-{self._begun}"
        environment = dict(os.environ)  # of now, and not of when the process began that forks them
        if self._devices:
            environment["CUDA_VISIBLE_DEVICES"] = self._devices[place % len(self._devices)]
        process = context.Process(
            target=worker_main, args=(self._build, name, self._max_images, environment, theirs), daemon=True
        )
        process.start()
        theirs.close()
        return Worker(name, process, mine)

    def _reap(self, place: int, worker: Worker) -> None:
        """Free what a worker held. Raises CollectionError if it said why it left, or if its place keeps crashing."""
        self._store.release_leases(worker.name)
        with worker.connection, suppress(EOFError):
            message, hint = worker.connection.recv()
            raise CollectionError(message, hint)
        done = self._store.queue_state().done
        crashed = worker.process.exitcode != 0 and done == self._done
        self._crashes[place], self._done = (self._crashes.get(place, 0) + 1 if crashed else 0), done
        if self._crashes[place] > MAX_CRASHES_WITHOUT_PROGRESS:
            raise CollectionError(
                f"worker {place + 1} died {self._crashes[place]} times before any batch was finished "
                f"(exit code {worker.process.exitcode})",
                "fewer --workers take less memory; `collection doctor` looks at this machine",
            )


def worker_main(
    build: Build, name: str, max_images: int | None, environment: Mapping[str, str], connection: Connection
) -> None:
    """What a worker process runs. Ctrl-C is left to the parent, which is told of the error that stops the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)  # before anything loads torch
    Thread(target=_leave_with_the_parent, daemon=True).start()
    try:
        library, context = build()
        work(library, context, worker=name, images=max_images)
        library.store.close()
    except CollectionError as error:
        connection.send((error.message, error.hint))
    except Exception as error:  # nobody foresaw it: told by name and place
        connection.send((f"a worker failed: {described(error)}", None))


def _leave_with_the_parent() -> None:
    """End this process when that which began it has ended, however it did."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def cuda_devices() -> tuple[str, ...]:
    """The CUDA devices of this machine that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(device.strip() for device in named.split(",") if device.strip())
    import torch

    return tuple(str(number) for number in range(torch.cuda.device_count()))
