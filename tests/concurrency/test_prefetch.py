"""Work ahead keeps the order, and never runs more than one batch ahead."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.concurrency.prefetch import batches_ahead


@given(st.lists(st.integers()), st.integers(1, 7))
def test_everything_comes_in_order_and_in_batches(items: list[int], size: int) -> None:
    batches = list(batches_ahead(lambda item: item + 1, items, size))
    assert [result for batch in batches for result in batch] == [item + 1 for item in items]
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(1 <= len(batch) <= size for batch in batches)


def test_no_more_than_one_batch_is_begun_ahead() -> None:
    begun: list[int] = []
    batches = batches_ahead(begun.append, range(12), 3)
    next(batches)
    assert set(begun) <= set(range(6))
    next(batches)
    assert set(begun) <= set(range(9))


def test_an_error_reaches_whoever_asks_for_the_batch() -> None:
    with pytest.raises(ZeroDivisionError):
        list(batches_ahead(lambda item: 1 // item, [1, 0], 1))


def test_what_nobody_has_begun_is_left_after_an_error() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.005)
        assert item

    with pytest.raises(AssertionError):
        list(batches_ahead(work, range(1000), 1000))
    assert len(begun) < 500
