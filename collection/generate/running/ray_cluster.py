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
from collection.generate.running.batch_result import (
    BatchResult,
    RenderContext,
    described,
    encode,
    persist,
    render,
)
from collection.generate.running.executor import (
    MAX_CRASHES_WITHOUT_PROGRESS,
    OnBatchDone,
    make_smaller,
    nothing_rendered,
)
from collection.generate.running.heartbeat import LEASE, heartbeat
from collection.store.library import ImageLibrary
from collection.store.records import Batch, PlannedRecipe

AT_HAND = 2
"""Batches that an actor has at a time."""
RESTART = 0.5
"""Seconds until an actor that is being started again is asked again."""


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
class ActorFailure:
    """Why an actor brings no batch result."""

    message: str
    hint: str | None
    too_large: bool


class RenderActor:
    """What runs as an actor."""

    def __init__(self, build: Callable[[], RenderContext], threads: int) -> None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # Ray's own choice is the number of cores set aside
        self._build, self._threads = build, threads
        self._rendering = Lock()
        self._pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))

    def make(self, planned: list[PlannedRecipe]) -> BatchResult | ActorFailure:
        """Render a batch, one at a time, and encode it while the next is rendered. Raises nothing."""
        try:
            with self._rendering:
                self._use_threads()
                rendered = render(self._context.generator, planned)
            return encode(rendered, self._context.observe, self._pool)
        except CollectionError as error:
            return ActorFailure(error.message, error.hint, isinstance(error, OutOfMemoryError))
        except Exception as error:  # nobody foresaw it: told by name, as a worker process tells it
            return ActorFailure(f"an actor failed: {described(error)}", None, too_large=False)

    def ping(self) -> None:
        """Answer: the actor is there."""

    @cached_property
    def _context(self) -> RenderContext:
        return self._build()

    def _use_threads(self) -> None:
        """Torch keeps the number by thread, and calls come in on several."""
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(self._threads)


def run_ray(
    library: ImageLibrary, build: Callable[[], RenderContext], on_batch_done: OnBatchDone, cluster: Cluster
) -> None:
    """Empty the queue with actors of a Ray cluster; `build` opens what an actor needs, and must survive pickling.

    Raises CollectionError for what no other batch could escape, and UsageError where Ray is missing or not reached.
    """
    with _connected(cluster.address) as ray:
        actors = _spawn(ray, build, cluster)
        worker, crashes = f"{os.getpid()}-ray", 0
        tasks: dict[Any, tuple[int, Batch]] = {}
        with heartbeat(library.store, worker) as alive:
            while True:
                alive.check()
                for place in _with_room(tasks, len(actors)):
                    if batch := library.store.take_batch(worker, LEASE):
                        tasks[actors[place].make.remote(library.store.recipes_of(batch.recipes))] = place, batch
                if not tasks:
                    return
                ended = ray.wait(list(tasks))[0][0]
                place, batch = tasks.pop(ended)
                try:
                    store_result(library, batch, _answer(ray, ended))
                    crashes = 0
                except ray.exceptions.RayActorError as error:
                    library.store.free_batch(batch)
                    crashes += 1
                    if crashes > MAX_CRASHES_WITHOUT_PROGRESS * len(actors):
                        raise CollectionError(f"the actors of the Ray cluster keep dying: {error}") from error
                    _await_return(ray, actors[place])
                on_batch_done()


def _answer(ray: Any, task: Any) -> BatchResult | ActorFailure:
    """What a task brought. Raises RayActorError where its actor died; whatever else Ray raises becomes a failure."""
    try:
        found: BatchResult | ActorFailure = ray.get(task)
    except ray.exceptions.RayActorError:
        raise
    except Exception as error:
        cause = getattr(error, "cause", None)  # of an error in a task, what the task raised
        return ActorFailure(f"an actor failed: {described(cause or error)}", None, too_large=False)
    return found


def _await_return(ray: Any, actor: Any) -> None:
    """Wait until an actor that died was started again: what it is given before that fails, and counts as a try.

    One that is gone for good is left for the next batch to find out.
    """
    while True:
        try:
            return ray.get(actor.ping.remote())  # type: ignore[no-any-return]
        except ray.exceptions.ActorUnavailableError:
            time.sleep(RESTART)
        except ray.exceptions.RayActorError:
            return None


def store_result(library: ImageLibrary, batch: Batch, answer: BatchResult | ActorFailure) -> None:
    """Write what an actor brought, or do what its failure asks for."""
    if isinstance(answer, BatchResult):
        persist(library, batch, answer)
    elif not answer.too_large:
        raise CollectionError(answer.message, answer.hint)
    elif not make_smaller(library.store, batch):
        persist(library, batch, BatchResult((), nothing_rendered(batch, answer.message).failed))


def _with_room(tasks: dict[Any, tuple[int, Batch]], actors: int) -> list[int]:
    """Places of actors, once for each further batch that they can take, those with least first."""
    load = [0] * actors
    for place, _ in tasks.values():
        load[place] += 1
    return [place for level in range(AT_HAND) for place in range(actors) if load[place] <= level]


def _spawn(ray: Any, build: Callable[[], RenderContext], cluster: Cluster) -> list[Any]:
    there = ray.cluster_resources()
    gpus = min(1, there.get("GPU", 0)) if cluster.gpus is None else cluster.gpus
    capacity = there.get("GPU", 0) / gpus if gpus else there.get("CPU", 0) / cluster.cores
    if not int(capacity):
        raise UsageError(
            f"the Ray cluster has {there.get('CPU', 0):.0f} cores and {there.get('GPU', 0):.0f} GPUs; an actor needs "
            f"{cluster.cores} and {gpus:g}",
            "lower --gpus or threads in [generator]",
        )
    count = min(cluster.actors or int(capacity), int(capacity))
    needs = {"num_gpus": gpus, "num_cpus": 0 if gpus else cluster.cores}
    actor = ray.remote(RenderActor).options(**needs, max_concurrency=AT_HAND, max_restarts=MAX_CRASHES_WITHOUT_PROGRESS)
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
