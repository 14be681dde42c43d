"""One worker: takes batches from the queue, renders them, and puts each away while the next is being rendered.

In-process generation is this and nothing else; `workers` runs several of them, each in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from types import TracebackType
from typing import Self

from collection.errors import OutOfMemoryError
from collection.generate.running.batches import batch_shape
from collection.generate.running.parcel import Archive, Rendered, Workbench, keep, pack, render
from collection.store.records import Batch
from collection.store.store import Store
from collection.values import Failure, Recipe, label

LEASE = 60.0
"""Seconds for which a batch belongs to a worker that gives no sign of life."""
HEARTBEAT = 10.0
"""Seconds between signs of life."""

Told = Callable[[], None]
"""Called whenever a batch has ended."""


def unheard() -> None:
    """Nobody waits for batches to end."""


def work(
    archive: Archive, bench: Workbench, *, worker: str = "here", told: Told = unheard, images: int | None = None
) -> None:
    """Take and make batches until none is free, or until `images` have been begun.

    One batch is rendered while the one before is put away, and no third is begun before that has ended: memory
    holds two batches, and a kill loses no more. Whatever stops this early (an error, Ctrl-C), the rendered batch is
    put away first. A batch beyond the device's memory is re-planned in a smaller shape. Raises CollectionError for
    what no other batch could escape: missing weights, a full disk.
    """
    begun = 0
    with signs_of_life(archive.store, worker), Filing(archive, bench, told) as filing:
        while (images is None or begun < images) and (batch := archive.store.take_batch(worker, LEASE)):
            planned = archive.store.recipes_of(batch.recipes)
            begun += len(planned)
            try:
                rendered = render(bench.generator, planned)
            except OutOfMemoryError as error:
                if not make_smaller(archive.store, batch):
                    filing.add(batch, nothing_rendered(batch, error.message))
                continue
            filing.add(batch, rendered)


class Filing:
    """Puts rendered batches away in the background, one at a time and in order."""

    def __init__(self, archive: Archive, bench: Workbench, told: Told) -> None:
        self._archive, self._bench, self._told = archive, bench, told
        self._thread = ThreadPoolExecutor(1, "filing")
        self._pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1), "encoding")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._wait()
        finally:
            self._thread.shutdown()
            self._pool.shutdown()

    def add(self, batch: Batch, rendered: Rendered) -> None:
        """Begin to put a batch away, once the one before is; raises what went wrong with that."""
        self._wait()
        self._last = self._thread.submit(self._put_away, batch, rendered)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def _put_away(self, batch: Batch, rendered: Rendered) -> None:
        keep(self._archive, batch, pack(rendered, self._bench.observe, self._pool))
        self._told()


def make_smaller(store: Store, batch: Batch) -> bool:
    """Re-plan a batch that the device cannot hold, and all waiting ones of its shape, with half as many images each.

    The shape is part of a recipe, so that these are other recipes, under new numbers; `Store.stand_ins` names them.
    False for a batch of one, or one whose shape no recipe decides.
    """
    first = store.recipes_of(batch.recipes[:1])[0].recipe
    size = batch_shape(first)
    if size is None or size == 1:
        return False
    waiting = [other for other in store.unended_batches() if other.worker is None or other.id == batch.id]
    alike = {}
    for other in waiting:
        recipes = {item.id: item.recipe for item in store.recipes_of(other.recipes)}
        if all(_load(recipe) == _load(first) for recipe in recipes.values()):
            alike[other] = recipes
    smaller = {number: recipe for recipes in alike.values() for number, recipe in recipes.items()}
    store.replan_batches(list(alike), {number: _of_shape(smaller[number], size // 2) for number in smaller}, size // 2)
    return True


def nothing_rendered(batch: Batch, why: str) -> Rendered:
    """What is left of a batch that even alone is too large."""
    return Rendered((), tuple(Failure(label(number), why) for number in batch.recipes), {})


def _load(recipe: Recipe) -> tuple[object, ...]:
    """What decides how much memory a recipe takes."""
    return recipe.generator, recipe.model, recipe.width, recipe.height, batch_shape(recipe)


def _of_shape(recipe: Recipe, batch: int) -> Recipe:
    return replace(recipe, options={**recipe.options, "batch": batch})


@contextmanager
def signs_of_life(store: Store, worker: str) -> Iterator[None]:
    """Meanwhile the leases of `worker` are renewed."""
    stopped = Event()

    def renew() -> None:
        while not stopped.wait(HEARTBEAT):
            store.renew_leases(worker, LEASE)

    thread = Thread(target=renew, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
