"""Swaps and the bound, against every set there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.curate.selection.bounds import upper_bound
from collection.curate.selection.diverse import Pool, choose, problem_of, spread, worth
from collection.curate.selection.problem import Problem
from collection.curate.selection.swaps import swapped

seeds = st.integers(0, 2**32 - 1)
rooms = st.sampled_from([[4], [6], [1, 3], [2, 2], [3, 0]])


def pool(seed: int, count: int, width: int, kinds: int) -> Pool:
    rng = np.random.default_rng(seed)
    vectors = spread(rng.normal(size=(count, width)).astype(np.float32))
    return Pool(rng.random(count), rng.integers(0, kinds, count), vectors)


def every_set(problem: Problem, having: set[int]) -> list[tuple[int, ...]]:
    """All sets that fill the capacity and have those rows."""
    kinds = len(problem.taken)
    return [
        rows
        for rows in combinations(range(len(problem.quality)), sum(problem.taken))
        if having <= set(rows) and tuple(np.bincount(problem.kinds[list(rows)], minlength=kinds)) == problem.taken
    ]


def numbers(rows: tuple[int, ...] | list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.intp)


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.1, 0.3, 0.7, 1.0]), rooms, st.sampled_from([2, 4, 16]))
def test_no_set_is_worth_more_than_the_bound(seed: int, diversity: float, room: list[int], width: int) -> None:
    found = pool(seed, 10, width, len(room))
    problem, greedy = problem_of(found, room, diversity), choose(found, room, diversity)
    stays = greedy.rows[:1]
    best = max(problem.worth(numbers(rows)) for rows in every_set(problem, set(stays)))
    most = upper_bound(problem, numbers(greedy.rows), numbers(stays))
    assert most >= best * (1 - 1e-9)
    assert most <= greedy.most * (1 + 1e-6) or most <= best * 1.05


@settings(max_examples=8, deadline=None)
@given(seeds, st.sampled_from([0.3, 0.7]), st.sampled_from([[4], [2, 2]]))
def test_the_gap_of_a_small_set_is_the_true_one(seed: int, diversity: float, room: list[int]) -> None:
    found = pool(seed, 10, 4, len(room))
    problem, rows = problem_of(found, room, diversity), choose(found, room, diversity).rows
    best = max(problem.worth(numbers(some)) for some in every_set(problem, set()))
    most, own = upper_bound(problem, numbers(rows), numbers([])), problem.worth(numbers(rows))
    assert 1 - own / most == pytest.approx(1 - own / best, abs=0.003)


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.3, 1.0]), rooms)
def test_swaps_keep_quotas_and_locks_and_end_where_none_gains(seed: int, diversity: float, room: list[int]) -> None:
    found = pool(seed, 14, 4, len(room))
    problem, greedy = problem_of(found, room, diversity), choose(found, room, diversity)
    groups = found.kinds.copy()
    groups[greedy.rows[0]] = -1
    rows = swapped(problem, greedy.rows, groups)
    assert rows[0] == greedy.rows[0]
    assert np.bincount(found.kinds[rows], minlength=len(room)).tolist() == list(problem.taken)
    value = problem.worth(numbers(rows))
    assert value == pytest.approx(worth(found, rows, diversity, sum(room)), rel=1e-5)
    assert value >= greedy.worth * (1 - 1e-6)
    for place in range(1, len(rows)):
        for other in set(range(14)) - set(rows):
            if found.kinds[other] == found.kinds[rows[place]]:
                swap = [*rows[:place], other, *rows[place + 1 :]]
                assert problem.worth(numbers(swap)) <= value + 1e-7


def test_a_set_of_all_images_has_no_gap() -> None:
    found = pool(1, 6, 4, 1)
    problem = problem_of(found, [9], 0.5)
    assert problem.taken == (6,)
    assert upper_bound(problem, np.arange(6), numbers([])) == pytest.approx(problem.worth(np.arange(6)))
    assert swapped(problem, list(range(6)), found.kinds) == list(range(6))
