from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.curate.selection import diverse
from collection.curate.selection.diverse import Pool, choose, coverage, spread, worth

seeds = st.integers(0, 2**32 - 1)


def pool(seed: int, count: int, width: int = 4, kinds: int = 1) -> Pool:
    rng = np.random.default_rng(seed)
    vectors = spread(rng.normal(size=(count, width)).astype(np.float32))
    return Pool(rng.random(count), rng.integers(0, kinds, count), vectors)


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.1, 0.3, 0.7, 1.0]), st.integers(1, 3))
def test_every_choice_adds_as_much_as_any_could(seed: int, diversity: float, kinds: int) -> None:
    """Greedy by its definition, every gain worked out anew; longer than a block of updates."""
    found, left = pool(seed, 40, kinds=kinds), [20 // kinds] * kinds
    supply, chosen = sum(left), choose(found, left, diversity).rows
    for place, row in enumerate(chosen):
        before = chosen[:place]
        free = [r for r in range(40) if r not in before and left[found.kinds[r]] > 0]
        most = max(worth(found, [*before, other], diversity, supply) for other in free)
        assert worth(found, [*before, row], diversity, supply) == pytest.approx(most, rel=1e-4, abs=1e-4)
        left[found.kinds[row]] -= 1


@pytest.fixture
def few_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that most rows are looked at late, as in large sets."""
    for name, value in {"NEAR": 5, "BEHIND": 3, "SHARE": 7, "FOLDED": 4, "ROWS": 16}.items():
        monkeypatch.setattr(diverse, name, value)


@pytest.mark.usefixtures("few_near")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seeds, st.sampled_from([0.0, 0.3, 0.7, 1.0]), st.integers(1, 3))
def test_what_is_looked_at_late_costs_no_more_than_the_slack(seed: int, diversity: float, kinds: int) -> None:
    found, left = pool(seed, 60, kinds=kinds), [30 // kinds] * kinds
    supply, chosen = sum(left), choose(found, left, diversity)
    assert chosen.worth == pytest.approx(worth(found, chosen.rows, diversity, supply), rel=1e-4)
    assert chosen.worth <= chosen.most * (1 + 1e-5)
    for place, row in enumerate(chosen.rows):
        before = chosen.rows[:place]
        free = [r for r in range(60) if r not in before and left[found.kinds[r]] > 0]
        gains = {other: worth(found, [*before, other], diversity, supply) for other in free}
        base = worth(found, before, diversity, supply)
        assert gains[row] - base >= (1 - diverse.SLACK) * (max(gains.values()) - base) - 1e-4
        left[found.kinds[row]] -= 1


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from([0.0, 0.3, 0.7, 1.0]), st.sampled_from([[4], [1, 3], [2, 2]]))
def test_the_exact_best_lies_within_the_proven_gap(seed: int, diversity: float, room: list[int]) -> None:
    """Every set that fills the room is tried."""
    found = pool(seed, 12, kinds=len(room))
    there = np.bincount(found.kinds, minlength=len(room))
    full = np.minimum(room, there).tolist()
    sets = (rows for rows in combinations(range(12), sum(full)))
    fitting = [rows for rows in sets if np.bincount(found.kinds[list(rows)], minlength=len(room)).tolist() == full]
    best = max(worth(found, rows, diversity, sum(room)) for rows in fitting)
    chosen = choose(found, room, diversity)
    assert chosen.worth == pytest.approx(worth(found, chosen.rows, diversity, sum(room)), rel=1e-5)
    assert chosen.worth <= best * (1 + 1e-5)
    assert best <= chosen.most * (1 + 1e-5)
    assert chosen.worth >= (1 - 1 / np.e if len(room) == 1 else 0.5) * best
    if not diversity:
        assert chosen.gap == pytest.approx(0), "the best scores are the best set, and known to be"


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_gap_is_smaller_than_what_greedy_promises(seed: int) -> None:
    found = pool(seed, 400, width=8)
    assert 0 <= choose(found, [64], 0.3).gap < 0.25 < 1 / np.e
    assert choose(found, [400], 0.3).gap == pytest.approx(0, abs=1e-5), "all of them: there is no other set"


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(0, 1), st.lists(st.integers(0, 6), min_size=3, max_size=3), st.sets(st.integers(0, 29)))
def test_quotas_are_exact_and_locks_are_kept(seed: int, diversity: float, room: list[int], wanted: set[int]) -> None:
    found, locked = pool(seed, 30, kinds=3), []
    for row in sorted(wanted):
        if sum(found.kinds[other] == found.kinds[row] for other in locked) < room[found.kinds[row]]:
            locked.append(row)
    chosen = choose(found, room, diversity, locked=locked).rows
    there = np.bincount(found.kinds, minlength=3)
    assert chosen[: len(locked)] == locked
    assert len(set(chosen)) == len(chosen)
    assert np.bincount(found.kinds[chosen], minlength=3).tolist() == np.minimum(room, there).tolist()


@given(seeds, st.integers(0, 20))
def test_without_diversity_the_best_scores_are_chosen(seed: int, supply: int) -> None:
    found = pool(seed, 20)
    assert choose(found, [supply], 0.0).rows == np.argsort(-found.scores, kind="stable")[:supply].tolist()


def test_diversity_reaches_every_cloud_and_scores_alone_do_not() -> None:
    rng = np.random.default_rng(3)
    clouds = np.repeat(np.arange(6), 10)
    vectors = np.eye(6, 12)[clouds] + 0.02 * rng.normal(size=(60, 12))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = Pool(np.where(clouds == 0, 0.9, 0.5) + 0.01 * rng.random(60), np.zeros(60, np.intp), spread(vectors))
    best, mixed = choose(found, [6], 0.0).rows, choose(found, [6], 0.8).rows
    assert set(clouds[best]) == {0}
    assert set(clouds[mixed]) == set(range(6))
    near, far = coverage(vectors, mixed), coverage(vectors, best)
    assert near and far
    assert near.farthest < 0.1 < 0.9 < far.farthest
    assert near.mean < far.mean


def test_images_without_vectors_add_only_their_scores() -> None:
    nothing = Pool(np.array([0.2, 0.9, 0.5]), np.zeros(3, np.intp), np.zeros((3, 4), np.float32))
    assert choose(nothing, [2], 0.5).rows == [1, 2]
    assert coverage(np.zeros((3, 4), np.float32), [1]) is None
    assert choose(Pool(np.zeros(0), np.zeros(0, np.intp)), [2], 0.0).rows == []
