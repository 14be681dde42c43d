"""One worker: takes batches from the queue, renders them, and writes each to the disk while the next is rendered.

In-process generation is this and nothing else; `workers` runs several of them, each in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Self

from collection.errors import OutOfMemoryError
from collection.generate.running.batch_result import RenderContext, Rendered, encode, persist, render
from collection.generate.running.batches import batch_shape
from collection.generate.running.heartbeat import LEASE, heartbeat
from collection.store.library import ImageLibrary
from collection.store.records import Batch
from collection.store.store import Store
from collection.values import Failure, Recipe, label

MAX_CRASHES_WITHOUT_PROGRESS = 3
"""Times in a row that a worker may die with no batch ended anywhere meanwhile, before the run is given up."""

OnBatchDone = Callable[[], None]
"""Called whenever a batch has ended."""


def no_callback() -> None:
    """Nobody waits for batches to end."""


def work(
    library: ImageLibrary,
    context: RenderContext,
    *,
    worker: str = "here",
    on_batch_done: OnBatchDone = no_callback,
    images: int | None = None,
) -> None:
    """Take and make batches until none is free, or until `images` have been begun.

    One batch is rendered while the one before is written, and no third is begun before that has ended: memory holds
    two batches, and a kill loses no more. Whatever stops this early (an error, Ctrl-C), the rendered batch is written
    first. A batch beyond the device's memory is re-planned in a smaller shape. Raises CollectionError for what no
    other batch could escape: missing weights, a full disk, a database that stays locked.
    """
    begun = 0
    with heartbeat(library.store, worker) as alive, BackgroundWriter(library, context, on_batch_done) as writer:
        while (images is None or begun < images) and (batch := library.store.take_batch(worker, LEASE)):
            planned = library.store.recipes_of(batch.recipes)
            begun += len(planned)
            try:
                rendered = render(context.generator, planned)
            except OutOfMemoryError as error:
                if not make_smaller(library.store, batch):
                    writer.add(batch, nothing_rendered(batch, error.message))
                continue
            alive.check()
            writer.add(batch, rendered)


class BackgroundWriter:
    """Encodes and writes rendered batches in the background, one at a time and in order."""

    def __init__(self, library: ImageLibrary, context: RenderContext, on_batch_done: OnBatchDone) -> None:
        self._library, self._context, self._on_batch_done = library, context, on_batch_done
        self._thread = ThreadPoolExecutor(1, "writing")
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
        """Begin to write a batch, once the one before is written; raises what went wrong with that."""
        self._wait()
        self._last = self._thread.submit(self._write, batch, rendered)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def _write(self, batch: Batch, rendered: Rendered) -> None:
        persist(self._library, batch, encode(rendered, self._context.observe, self._pool))
        self._on_batch_done()


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
    recipes = {item.id: item.recipe for item in store.recipes_of([each for other in waiting for each in other.recipes])}
    load = _load(first)
    alike = [other for other in waiting if all(_load(recipes[number]) == load for number in other.recipes)]
    numbers = [number for other in alike for number in other.recipes]
    store.replan_batches(alike, {number: _of_shape(recipes[number], size // 2) for number in numbers}, size // 2)
    return True


def nothing_rendered(batch: Batch, why: str) -> Rendered:
    """What is left of a batch that even alone is too large."""
    return Rendered((), tuple(Failure(label(number), why) for number in batch.recipes), {})


def _load(recipe: Recipe) -> tuple[object, ...]:
    """What decides how much memory a recipe takes."""
    return recipe.generator, recipe.model, recipe.width, recipe.height, batch_shape(recipe)


def _of_shape(recipe: Recipe, batch: int) -> Recipe:
    return replace(recipe, options={**recipe.options, "batch_size": batch})
