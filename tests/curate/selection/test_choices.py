from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.curate.reviews.log import record, review_states, undo
from collection.curate.selection.choices import after, decide, swap
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.reasons import why
from collection.curate.selection.select import pending, select
from collection.errors import CollectionError, UsageError
from collection.store.judging_records import Duplicate, Score
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import Recipe

METRICS = {"quality": "m"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Six images of one series; the lower the number, the better."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, series="a") for seed in range(6)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    store.add_judgements([Score(f"{number:064x}", "quality", "m", -float(number)) for number in range(1, 7)])
    return store


@pytest.fixture
def criteria(store: Store) -> Callable[[], SelectionCriteria]:
    """Three tokens, with what the store remembers of decisions."""
    return lambda: SelectionCriteria(3, METRICS, decided=review_states(store))


def chosen(store: Store, criteria: SelectionCriteria) -> set[int]:
    select(store, criteria)
    return {item.asset_id for item in store.selection()}


def test_a_lock_and_a_reject_survive_the_next_choice(store: Store, criteria: Callable[[], SelectionCriteria]) -> None:
    assert chosen(store, criteria()) == {1, 2, 3}
    decide(store, criteria(), locked=[6], rejected=[1])
    assert pending(store, criteria()) == 3
    assert chosen(store, criteria()) == {2, 3, 6}
    assert "locked by curator" in why(store, 6, criteria())
    assert why(store, 1, criteria()) == "not chosen: rejected by curator"
    decide(store, criteria(), freed=[6, 1])
    assert chosen(store, criteria()) == {1, 2, 3}


class Counted(int):
    """A number that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return int(self) == other

    def __hash__(self) -> int:
        return int(self)


def test_the_work_of_a_decision_grows_with_its_images_and_not_faster(tmp_path: Path) -> None:
    store = Store(tmp_path / "many.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, series="a") for seed in range(400)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])

    def comparisons(count: int) -> int:
        Counted.compared = 0
        after(store, SelectionCriteria(3, METRICS), rejected=[Counted(number) for number in range(1, count + 1)])
        return Counted.compared

    assert comparisons(100) > 0
    assert comparisons(400) < 6 * comparisons(100)


def test_the_last_word_on_an_image_counts(store: Store, criteria: Callable[[], SelectionCriteria]) -> None:
    decide(store, criteria(), locked=[4])
    decide(store, criteria(), rejected=[4])
    assert (criteria().locked, criteria().rejected) == (set(), {4})


def test_a_locked_duplicate_takes_the_place_of_its_keeper(
    store: Store, criteria: Callable[[], SelectionCriteria]
) -> None:
    store.replace_duplicates([Duplicate(5, 1, "phash", 1.0)], "x", {})
    decide(store, criteria(), locked=[5])
    assert chosen(store, criteria()) == {2, 3, 5}


def test_a_swap_is_a_reject_and_a_lock(store: Store, criteria: Callable[[], SelectionCriteria]) -> None:
    select(store, criteria())
    swap(store, criteria(), 2, 6)
    assert chosen(store, criteria()) == {1, 3, 6}


@pytest.mark.parametrize(("out", "into", "word"), [(5, 6, "0005 is not chosen"), (1, 2, "0002 is chosen already")])
def test_a_swap_that_cannot_be_meant(
    store: Store, criteria: Callable[[], SelectionCriteria], out: int, into: int, word: str
) -> None:
    select(store, criteria())
    with pytest.raises(UsageError, match=word):
        swap(store, criteria(), out, into)
    assert (criteria().locked, criteria().rejected) == (set(), set())


def test_a_swap_keeps_to_the_quotas(store: Store) -> None:
    odd, even = ("", (("number", "odd"),)), ("", (("number", "even"),))
    criteria = SelectionCriteria(3, METRICS, {odd: 2, even: 1}, lambda asset: odd if asset.id % 2 else even)
    select(store, criteria)
    with pytest.raises(UsageError, match="different kinds"):
        swap(store, criteria, 1, 4)


def test_more_locks_than_tokens_are_refused_and_nothing_is_recorded(
    store: Store, criteria: Callable[[], SelectionCriteria]
) -> None:
    with pytest.raises(CollectionError, match="4 images locked") as caught:
        decide(store, criteria(), locked=[1, 2, 3, 4])
    assert "--off" in str(caught.value.hint)
    assert criteria().locked == set()


@pytest.mark.parametrize("numbers", [{"locked": [99]}, {"locked": [1], "rejected": [1]}])
def test_decisions_that_cannot_be_meant(
    store: Store, criteria: Callable[[], SelectionCriteria], numbers: dict[str, list[int]]
) -> None:
    with pytest.raises(UsageError):
        decide(store, criteria(), **numbers)


def flag(store: Store, curator: str, value: str, *numbers: int) -> None:
    record(store, curator, [Decision("flag", number, value) for number in numbers])


def test_picks_fill_the_places_before_others_and_the_best_of_them_where_they_are_too_many(
    store: Store, criteria: Callable[[], SelectionCriteria]
) -> None:
    flag(store, "ada", "pick", 5, 6)
    assert chosen(store, criteria()) == {1, 5, 6}
    assert why(store, 6, criteria()).endswith("; picked by ada")
    assert "; " not in why(store, 2, criteria())
    flag(store, "ben", "pick", 3, 4)
    assert chosen(store, criteria()) == {3, 4, 5}
    decide(store, criteria(), locked=[6])
    assert chosen(store, criteria()) == {3, 4, 6}, "a lock comes before picks"


def test_the_majority_rejects_and_the_reason_says_who(store: Store, criteria: Callable[[], SelectionCriteria]) -> None:
    flag(store, "ada", "reject", 1)
    flag(store, "ben", "pick", 1)
    assert chosen(store, criteria()) == {1, 2, 3}, "a tie leaves it to the scores"
    assert why(store, 1, criteria()).endswith("; contested: picked by ben, rejected by ada")
    flag(store, "cyd", "reject", 1)
    assert chosen(store, criteria()) == {2, 3, 4}
    assert why(store, 1, criteria()) == "not chosen: rejected by ada, cyd, 1 against"
    decide(store, criteria(), locked=[1], curator="dan")
    assert chosen(store, criteria()) == {1, 2, 3}
    assert "locked by dan" in why(store, 1, criteria())


def test_picks_keep_to_their_kind(store: Store) -> None:
    odd, even = ("", (("number", "odd"),)), ("", (("number", "even"),))
    flag(store, "ada", "pick", 2, 4, 6)
    decided = review_states(store)
    criteria = SelectionCriteria(
        3, METRICS, {odd: 2, even: 1}, lambda asset: odd if asset.id % 2 else even, decided=decided
    )
    assert chosen(store, criteria) == {1, 2, 3}


def test_of_near_duplicates_the_picked_one_stands_for_its_group(
    store: Store, criteria: Callable[[], SelectionCriteria]
) -> None:
    """Keep this, reject the rest of the stack."""
    store.replace_duplicates([Duplicate(5, 1, "phash", 1.0), Duplicate(6, 1, "phash", 2.0)], "x", {})
    record(store, "ada", [Decision("flag", 5, "pick"), Decision("flag", 1, "reject"), Decision("flag", 6, "reject")])
    assert chosen(store, criteria()) == {2, 3, 5}
    undo(store, "ada")
    flag(store, "ada", "pick", 5, 6)
    assert why(store, 1, criteria()) == "not chosen: its near-duplicate 0005 stands for it; picked by ada"
    assert chosen(store, criteria()) == {2, 3, 5}, "one of a group at most, the best of the picked"


def test_a_choice_is_pending_when_somebody_flags_something(
    store: Store, criteria: Callable[[], SelectionCriteria]
) -> None:
    chosen(store, criteria())
    record(store, "ada", [Decision("stars", 1, 3), Decision("note", 1, "x")])
    assert not pending(store, criteria()), "neither stars nor notes choose"
    flag(store, "ada", "reject", 6)
    assert pending(store, criteria())


@pytest.mark.parametrize(
    "asked",
    [{"locked": [6], "rejected": [1]}, {"rejected": [5], "freed": [2]}, {"freed": [3, 4, 5]}, {"locked": [3, 4]}, {}],
)
def test_the_wish_after_decisions_is_what_recording_them_leaves(
    store: Store, criteria: Callable[[], SelectionCriteria], asked: dict[str, list[int]]
) -> None:
    decide(store, criteria(), locked=[2], rejected=[3])
    flag(store, "ada", "pick", 1, 3, 4)
    flag(store, "ben", "reject", 4, 5)
    for curator in ("ada", "ben", "cyd"):
        expected = after(store, criteria(), curator=curator, **asked)
        decide(store, criteria(), curator=curator, **asked)
        now = criteria()
        for kind in ("locked", "rejected", "picked"):
            assert getattr(expected, kind) == getattr(now, kind)
        assert {n: s.flags for n, s in expected.decided.items() if s.flags} == {
            n: s.flags for n, s in now.decided.items() if s.flags
        }


NUMBERS = st.lists(st.integers(1, 6), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(NUMBERS, NUMBERS)
def test_an_image_is_named_once(store: Store, rejected: list[int], freed: list[int]) -> None:
    asked = [*rejected, *freed]
    twice = sorted({number for number in asked if asked.count(number) > 1})
    if not twice:
        after(store, SelectionCriteria(3, METRICS), rejected=rejected, freed=freed)
        return
    with pytest.raises(UsageError, match=f"image {twice[0]:04d} is named twice"):
        after(store, SelectionCriteria(3, METRICS), rejected=rejected, freed=freed)
