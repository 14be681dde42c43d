"""Local processes that share the queue: one a device, or one a group of cores.

Each child takes leases and writes the database itself. The parent only watches: it frees what a dead child held,
puts another in its place, and passes on what it failed of.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from threading import Thread

from collection.errors import CollectionError
from collection.generate.running.executor import Told, work
from collection.generate.running.parcel import Archive, Workbench
from collection.store.store import Store

POLL = 0.25
"""Seconds between looks at the queue."""
PATIENCE = 5.0
"""Seconds that a child with nothing to do may take to leave."""
BARREN_DEATHS = 3
"""Children of one place that may die in a row with no batch ended anywhere meanwhile."""

Build = Callable[[], tuple[Archive, Workbench]]
"""Opens the project in a child; must survive pickling."""


@dataclass(frozen=True, slots=True)
class Child:
    """A worker process and its line to the parent."""

    name: str
    process: SpawnProcess
    line: Connection


def run_workers(
    store: Store, build: Build, told: Told, *, count: int, recycle: int | None = None, devices: Sequence[str] = ()
) -> None:
    """Empty the queue with `count` processes, each replaced after `recycle` images; `devices` (names for
    CUDA_VISIBLE_DEVICES) are dealt out in turn.

    Raises CollectionError for what a child could not get past; then, and on Ctrl-C, all of them are stopped.
    """
    crew = Crew(store, build, recycle, devices)
    try:
        while (state := store.queue_state()).open:
            crew.fill(min(count, len(crew.children) + state.free))
            crew.watch()
            told()
        crew.dismiss(PATIENCE)
    finally:
        crew.dismiss(0)


class Crew:
    """The children at work, by place: 0 to count - 1."""

    def __init__(self, store: Store, build: Build, recycle: int | None, devices: Sequence[str]) -> None:
        self.children: dict[int, Child] = {}
        self._store, self._build, self._recycle, self._devices = store, build, recycle, devices
        self._hired = 0
        self._barren: dict[int, int] = {}
        self._done = -1

    def fill(self, count: int) -> None:
        """Hire until there are `count`."""
        places = (place for place in range(count) if place not in self.children)
        for place in list(places)[: count - len(self.children)]:
            self.children[place] = self._hire(place)

    def watch(self) -> None:
        """Wait a moment, and deal with the children that have left."""
        wait([child.process.sentinel for child in self.children.values()], timeout=POLL)
        for place, child in list(self.children.items()):
            if not child.process.is_alive():
                del self.children[place]
                self._bury(place, child)

    def dismiss(self, patience: float) -> None:
        """Wait so many seconds for the children to leave, then stop them. The queue has what they leave undone."""
        deadline = time.monotonic() + patience
        for child in self.children.values():
            child.process.join(max(0.0, deadline - time.monotonic()))
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
            self._store.release_leases(child.name)
        self.children.clear()

    def _hire(self, place: int) -> Child:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe(duplex=False)
        self._hired += 1
        name = f"{os.getpid()}-{self._hired}"
        device = {"CUDA_VISIBLE_DEVICES": self._devices[place % len(self._devices)]} if self._devices else {}
        process = context.Process(
            target=child_main, args=(self._build, name, self._recycle, device, os.getpid(), theirs), daemon=True
        )
        process.start()
        theirs.close()
        return Child(name, process, mine)

    def _bury(self, place: int, child: Child) -> None:
        """Free what a child held. Raises CollectionError if it said why it left, or if its place is cursed."""
        self._store.release_leases(child.name)
        with child.line, suppress(EOFError):
            message, hint = child.line.recv()
            raise CollectionError(message, hint)
        done = self._store.queue_state().done
        died = child.process.exitcode != 0 and done == self._done
        self._barren[place], self._done = (self._barren.get(place, 0) + 1 if died else 0), done
        if self._barren[place] > BARREN_DEATHS:
            raise CollectionError(
                f"worker {place + 1} died {self._barren[place]} times before any batch was finished "
                f"(exit code {child.process.exitcode})",
                "fewer --workers take less memory; `collection doctor` looks at this machine",
            )


def child_main(
    build: Build, name: str, recycle: int | None, environment: Mapping[str, str], parent: int, line: Connection
) -> None:
    """The life of a child. Ctrl-C is the parent's affair; what cannot be helped is told to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)  # before anything loads torch
    Thread(target=_leave_with, args=(parent,), daemon=True).start()
    try:
        archive, bench = build()
        work(archive, bench, worker=name, images=recycle)
        archive.store.close()
    except CollectionError as error:
        line.send((error.message, error.hint))
    except Exception:
        line.send((f"a worker met an error of its own:\n{traceback.format_exc()}", None))


def _leave_with(parent: int) -> None:
    """End this process when the parent has ended, however it did."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def cuda_devices() -> tuple[str, ...]:
    """The CUDA devices of this machine that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(device.strip() for device in named.split(",") if device.strip())
    import torch

    return tuple(str(number) for number in range(torch.cuda.device_count()))
