"""A Ray cluster that renders: actors make the pictures, this process alone touches the project.

Each actor holds one model and has two batches at hand, so that it renders one while it encodes the other. Finished
batches come back whole, through Ray's object store; what lies in the project is the same as after any other run.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from collection.errors import CollectionError, OutOfMemoryError, UsageError
from collection.generate.running.executor import LEASE, Told, make_smaller, nothing_rendered, signs_of_life
from collection.generate.running.parcel import Archive, Parcel, Workbench, keep, pack, render
from collection.store.records import Batch, PlannedRecipe

AT_HAND = 2
"""Batches that an actor has at a time."""
RESTART = 0.5
"""Seconds until an actor that is being started again is asked again."""
BARREN_DEATHS = 3
"""Times that each actor may die, on average, with no batch finished by any meanwhile."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which Ray cluster, and what to take of it."""

    address: str = "local"
    """As `ray start` printed it, "auto", "ray://HOST:PORT", or "local" for one of its own on this machine."""
    actors: int | None = None
    """Absent: as many as the cluster has room for."""
    gpus: float | None = None
    """GPUs an actor; a part of one (0.5) lets actors share it. Absent: one, if the cluster has any."""
    threads: int = 1
    """Torch threads of an actor: part of a picture's identity on a processor."""
    cores: int = 1
    """Cores that Ray sets aside for an actor without GPUs."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an actor brings no parcel."""

    message: str
    hint: str | None
    too_large: bool


class Hand:
    """What runs as an actor."""

    def __init__(self, build: Callable[[], Workbench], threads: int) -> None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # Ray's own choice is the number of cores set aside
        self._build, self._threads = build, threads
        self._rendering = Lock()
        self._pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))

    def make(self, planned: list[PlannedRecipe]) -> Parcel | Trouble:
        """Render a batch, one at a time, and pack it while the next is rendered."""
        try:
            with self._rendering:
                self._use_threads()
                rendered = render(self._bench.generator, planned)
            return pack(rendered, self._bench.observe, self._pool)
        except CollectionError as error:
            return Trouble(error.message, error.hint, isinstance(error, OutOfMemoryError))

    def awake(self) -> None:
        """Answer: the actor is there."""

    @cached_property
    def _bench(self) -> Workbench:
        return self._build()

    def _use_threads(self) -> None:
        """Torch keeps the number by thread, and calls come in on several."""
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(self._threads)


def run_ray(archive: Archive, build: Callable[[], Workbench], told: Told, cluster: Cluster) -> None:
    """Empty the queue with actors of a Ray cluster; `build` opens what an actor needs, and must survive pickling.

    Raises CollectionError for what no other batch could escape, and UsageError where Ray is missing or not reached.
    """
    with _connected(cluster.address) as ray:
        hands = _hire(ray, build, cluster)
        worker, deaths = f"{os.getpid()}-ray", 0
        flights: dict[Any, tuple[int, Batch]] = {}
        with signs_of_life(archive.store, worker):
            while True:
                for place in _with_room(flights, len(hands)):
                    if batch := archive.store.take_batch(worker, LEASE):
                        flights[hands[place].make.remote(archive.store.recipes_of(batch.recipes))] = place, batch
                if not flights:
                    return
                landed = ray.wait(list(flights))[0][0]
                place, batch = flights.pop(landed)
                try:
                    settle(archive, batch, ray.get(landed))
                    deaths = 0
                except ray.exceptions.RayActorError as error:
                    archive.store.free_batch(batch)
                    deaths += 1
                    if deaths > BARREN_DEATHS * len(hands):
                        raise CollectionError(f"the actors of the Ray cluster keep dying: {error}") from error
                    _await_return(ray, hands[place])
                told()


def _await_return(ray: Any, hand: Any) -> None:
    """Wait until an actor that died was started again: what it is given before that fails, and counts as a try.

    One that is gone for good is left for the next batch to find out.
    """
    while True:
        try:
            return ray.get(hand.awake.remote())  # type: ignore[no-any-return]
        except ray.exceptions.ActorUnavailableError:
            time.sleep(RESTART)
        except ray.exceptions.RayActorError:
            return None


def settle(archive: Archive, batch: Batch, answer: Parcel | Trouble) -> None:
    """Keep what an actor brought, or do what its trouble asks for."""
    if isinstance(answer, Parcel):
        keep(archive, batch, answer)
    elif not answer.too_large:
        raise CollectionError(answer.message, answer.hint)
    elif not make_smaller(archive.store, batch):
        keep(archive, batch, Parcel((), nothing_rendered(batch, answer.message).failed))


def _with_room(flights: dict[Any, tuple[int, Batch]], hands: int) -> list[int]:
    """Places of actors, once for each further batch that they can take, those with least first."""
    load = [0] * hands
    for place, _ in flights.values():
        load[place] += 1
    return [place for level in range(AT_HAND) for place in range(hands) if load[place] <= level]


def _hire(ray: Any, build: Callable[[], Workbench], cluster: Cluster) -> list[Any]:
    there = ray.cluster_resources()
    gpus = min(1, there.get("GPU", 0)) if cluster.gpus is None else cluster.gpus
    room = there.get("GPU", 0) / gpus if gpus else there.get("CPU", 0) / cluster.cores
    if not int(room):
        raise UsageError(
            f"the Ray cluster has {there.get('CPU', 0):.0f} cores and {there.get('GPU', 0):.0f} GPUs; an actor needs "
            f"{cluster.cores} and {gpus:g}",
            "lower --gpus or threads in [generator]",
        )
    count = min(cluster.actors or int(room), int(room))
    needs = {"num_gpus": gpus, "num_cpus": 0 if gpus else cluster.cores}
    actor = ray.remote(Hand).options(**needs, max_concurrency=AT_HAND, max_restarts=BARREN_DEATHS)
    return [actor.remote(build, cluster.threads) for _ in range(count)]


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageError("Ray is not installed", "pip install 'nft-collection[ray]'") from error
    own: dict[str, Any] = {"include_dashboard": False} if address == "local" else {"address": address}
    try:
        ray.init(**own, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"no Ray cluster at {address}: {error}", "`ray start --head` prints the address of a new one"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()
