from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.curate.reviews.agreement import agreement, agreement_of, contested, krippendorff_alpha, repeats, visible
from collection.curate.reviews.log import record, review_states
from collection.curate.reviews.state import ReviewState
from collection.store.review_records import Decision
from collection.store.store import Store

Gallery = Callable[[int], Store]
OBSERVERS = {
    "A": "123321412...", "B": "1233224125.3", "C": ".3332342251.", "D": "12332441251.",
}  # fmt: skip
"""The data of Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: a dot is no vote."""
VOTES = [
    {name: int(row[unit]) for name, row in OBSERVERS.items() if row[unit] != "."} for unit in range(12)
]  # fmt: skip


def test_the_published_example() -> None:
    nominal = agreement_of(VOTES, range(1, 6))
    ordinal = agreement_of(VOTES, range(1, 6), ordinal=True)
    assert nominal.alpha == pytest.approx(0.743, abs=5e-4)
    assert ordinal.alpha == pytest.approx(0.815, abs=5e-4)
    assert nominal.units == 11, "one unit has a single vote"
    assert nominal.interval is not None
    assert nominal.interval[0] < 0.743 < nominal.interval[1] <= 1


def test_agreement_at_its_ends() -> None:
    same = [{"a": value, "b": value} for value in ("pick", "reject")] * 5
    other = [{"a": "pick", "b": "reject"}, {"a": "reject", "b": "pick"}] * 5
    found = agreement_of(same, ("pick", "reject"))
    assert (found.alpha, found.consistency) == (1, 1)
    opposite = agreement_of(other, ("pick", "reject"))
    assert opposite.alpha is not None
    assert opposite.alpha < 0
    assert opposite.consistency == 0
    assert agreement_of([{"a": "pick", "b": "pick"}], ("pick", "reject")).alpha is None, "nothing to tell from chance"
    assert agreement_of([{"a": "pick"}], ("pick", "reject")).units == 0


def test_lots_agree_by_nothing_and_the_interval_says_so() -> None:
    rng = np.random.default_rng(5)
    found = agreement_of([{c: int(rng.integers(1, 6)) for c in "abc"} for _ in range(400)], range(1, 6), ordinal=True)
    assert found.interval is not None
    assert found.interval[0] < 0 < found.interval[1]
    assert found.interval[1] - found.interval[0] < 0.2


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=8))
def test_a_unit_that_counts_twice_is_two_units(rows: list[list[int]]) -> None:
    counts = np.array(rows, dtype=float)
    twice = krippendorff_alpha(np.vstack([counts, counts[:1]]), ordinal=True)
    assert krippendorff_alpha(counts, np.array([2] + [1] * (len(rows) - 1)), ordinal=True) == pytest.approx(twice)


def test_a_project_s_curators(gallery: Gallery) -> None:
    store = gallery(3)
    for curator, flags in {"ada": ["pick", "reject", "pick"], "ben": ["pick", "reject", "reject"]}.items():
        record(store, curator, [Decision("flag", n, flag) for n, flag in enumerate(flags, 1)])
    record(store, "ada", [Decision("pair", 1, "left", 2)])
    record(store, "ben", [Decision("pair", 2, "right", 1)])
    found = agreement(store)
    assert (found.flags.equal, found.flags.pairs, found.flags.units) == (2, 3, 3)
    assert (found.comparisons.equal, found.comparisons.pairs) == (1, 1), "the same answer from either side"
    assert found.stars.alpha is None
    assert [review_state.asset_id for review_state in contested(review_states(store))] == [3]


def test_only_who_was_asked_again_can_be_inconsistent(gallery: Gallery) -> None:
    store = gallery(3)
    record(store, "ada", [Decision("flag", 1, "pick")])
    record(store, "ada", [Decision("flag", 1, "reject")])
    assert repeats(store.reviews()) == {}, "a change of mind is no repeat"
    record(store, "ada", [Decision("flag", 1, "reject")], seen={"repeat": True})
    for outcome in ("left", "skip", "right"):
        record(store, "ada", [Decision("pair", 1, outcome, 2)])
    record(store, "ada", [Decision("pair", 2, "left", 1)])
    again = repeats(store.reviews())["ada"]
    assert (again.equal, again.asked) == (2, 3)


def test_the_closest_votes_come_first_and_distant_stars_count() -> None:
    said = {
        1: ReviewState(1, {"a": "pick", "b": "pick", "c": "reject"}),
        2: ReviewState(2, {"a": "pick", "b": "reject"}),
        3: ReviewState(3, stars={"a": 1, "b": 4}),
        4: ReviewState(4, {"a": "pick", "b": "pick"}, {"a": 3, "b": 4}),
    }
    assert [review_state.asset_id for review_state in contested(said)] == [2, 1, 3]


def test_one_s_own_vote_opens_the_others(gallery: Gallery) -> None:
    store = gallery(2)
    record(store, "ada", [Decision("flag", 1, "pick")])
    assert visible(store, "ben", 1) == ReviewState(1)
    record(store, "ben", [Decision("stars", 1, 2)])
    assert visible(store, "ben", 1).flags == {"ada": "pick"}
