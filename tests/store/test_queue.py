"""Leases: a batch belongs to one worker at a time, and to nobody for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from collection.store.queue import ATTEMPTS
from collection.store.store import Store
from collection.values import Recipe

FOREVER = 1e6
OVER = -1.0
"""Seconds of a lease that has ended before it began."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "collection.db")
    store.queue_batches([[1, 2], [3, 4], [5]])
    return store


def test_batches_are_taken_in_order_and_once(store: Store) -> None:
    taken = [store.take_batch("a", FOREVER) for _ in range(4)]
    assert [batch and batch.recipes for batch in taken] == [(1, 2), (3, 4), (5,), None]


def test_many_workers_never_hold_the_same_batch(store: Store) -> None:
    store.queue_batches([[number] for number in range(40)])
    stores = [Store(store.path) for _ in range(4)]

    def take_all(place: int) -> list[int]:
        taken = []
        while batch := stores[place].take_batch(f"{place}", FOREVER):
            taken += batch.recipes
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(take_all, range(4)) for number in numbers]
    assert sorted(taken) == list(range(40))


def test_an_expired_lease_is_taken_by_the_next_and_a_renewed_one_is_not(store: Store) -> None:
    store.queue_batches([[1]])
    assert store.take_batch("slow", OVER)
    again = store.take_batch("a", OVER)
    assert again and (again.worker, again.attempts) == ("a", 2)
    store.renew_leases("a", FOREVER)
    assert store.take_batch("b", FOREVER) is None


def test_a_dead_workers_batches_are_free_at_once_and_those_of_others_are_not(store: Store) -> None:
    store.take_batch("dead", FOREVER)
    store.take_batch("alive", FOREVER)
    assert store.queue_state().free == 1
    store.release_leases("dead")
    assert store.queue_state().free == 2
    first = store.take_batch("next", FOREVER)
    assert first and first.recipes == (1, 2)


def test_a_batch_that_nobody_survives_is_given_up(store: Store) -> None:
    store.queue_batches([[1]])
    for _ in range(ATTEMPTS):
        assert store.queue_state().open == 1
        assert store.take_batch("a", FOREVER)
        assert store.queue_state().open == 1, "the last attempt may yet succeed"
        store.release_leases("a")
    assert store.take_batch("a", FOREVER) is None
    assert (store.queue_state().free, store.queue_state().open) == (0, 0)
    assert len(store.unended_batches()) == 1


def test_the_state_of_the_queue_counts_images(store: Store) -> None:
    first = store.take_batch("a", FOREVER)
    assert first
    store.end_batch(first, made=1)
    state = store.queue_state()
    assert (state.done, state.made, state.free, state.open) == (2, 1, 2, 2)


def test_the_numbers_asked_for_are_gone_through_once_whatever_the_plan(store: Store) -> None:
    class Counted(list[int]):
        gone_through = 0

        def __iter__(self) -> Iterator[int]:
            self.gone_through += 1
            return super().__iter__()

    recipes = [Recipe("p", "m", seed, 8, 8, options={"batch_size": 8}) for seed in range(40)]
    store.replace_plan(recipes)
    store.queue_batches([list(range(1, 41))])
    smaller = {number: replace(recipe, options={"batch_size": 4}) for number, recipe in enumerate(recipes, 1)}
    stand_ins = store.replan_batches(store.unended_batches(), smaller, 4)
    asked = Counted(range(1, 41))
    assert store.stand_ins(asked) == stand_ins
    assert asked.gone_through == 1
    assert store.stand_ins([3]) == {3: stand_ins[3]}
