"""Generate: every planned image that does not exist yet is made, kept, and recorded batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collection.generate.running.batches import compose
from collection.generate.running.executor import OnBatchDone
from collection.store.files import Files
from collection.store.queue import ATTEMPTS
from collection.store.records import PlannedRecipe
from collection.store.store import Store
from collection.values import Failure, Progress, label, silent

Runner = Callable[[OnBatchDone], None]
"""Empties the queue, and tells whenever a batch has ended: this process, others of this machine, or a cluster."""


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """How many images were made, and which could not be."""

    made: int
    failed: tuple[Failure, ...]
    warned: tuple[Failure, ...] = ()
    """Images that were made, and what their maker should know about them."""
    replanned: tuple[tuple[int, int], ...] = ()
    """Numbers of recipes whose batch the device could not hold, and of those that stand for them now."""


def pending(store: Store, files: Files) -> list[PlannedRecipe]:
    """Planned recipes without an image, and those whose image file is gone."""
    return [*store.unmade(), *store.recipes_of(_lost(store, files))]


def count_pending(store: Store, files: Files) -> int:
    """How many `pending` would name."""
    return store.count_unmade() + len(_lost(store, files))


def generate(
    store: Store,
    files: Files,
    runner: Runner,
    *,
    batch_size: int = 1,
    limit: int | None = None,
    progress: Progress = silent,
) -> GenerateReport:
    """Make what is pending (at most `limit`); a batch that fails is named and the rest goes on.

    The batches are decided here, so that every `runner` gives the same files. `batch_size` is for recipes that do
    not say their own. What is stopped in the middle goes on with the next call; each batch is kept as it ends.
    """
    todo = pending(store, files)[:limit]
    numbers = [item.id for item in todo]
    store.queue_batches(compose(todo, batch_size))
    progress(0, len(todo))
    if todo:
        runner(lambda: progress(store.queue_state().done, len(todo)))
    _give_up(store)
    return _report(store, numbers)


def _lost(store: Store, files: Files) -> list[int]:
    """Images whose files are gone or cut off."""
    there = files.sizes()
    return [number for number, sha256, size in store.generated_files() if there.get(sha256) != size]


def _give_up(store: Store) -> None:
    """Name the batches that nobody survived."""
    for batch in store.unended_batches():
        if batch.attempts >= ATTEMPTS:
            why = f"{ATTEMPTS} workers died while they made its batch; the machine may be short of memory"
            store.record_failures("generate", [Failure(label(number), why) for number in batch.recipes])
            store.end_batch(batch, 0)


def _report(store: Store, numbers: Sequence[int]) -> GenerateReport:
    replanned = store.stand_ins(numbers)
    asked = [replanned.get(number, number) for number in numbers]
    labels = {label(number) for number in asked}
    return GenerateReport(
        made=store.queue_state().made,
        failed=tuple(failure for failure in store.failures("generate") if failure.what in labels),
        warned=tuple(
            Failure(asset.label, "; ".join(asset.generator["warnings"])) for asset in store.warned_assets(asked)
        ),
        replanned=tuple(replanned.items()),
    )
