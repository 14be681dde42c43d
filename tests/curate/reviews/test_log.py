from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.curate.reviews.log import Reviews, record, redo, review_states, undo
from collection.curate.reviews.state import ReviewState
from collection.errors import UsageError
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import canonical_json, sha256_hex

IMAGES = 4
Gallery = Callable[[int], Store]


@pytest.fixture
def store(gallery: Gallery) -> Store:
    return gallery(IMAGES)


@pytest.fixture
def fresh(store: Store, tmp_path: Path) -> Callable[[], Store]:
    """A store of its own for every example."""
    store.close()
    copies = count()

    def copy() -> Store:
        path = tmp_path / f"{next(copies)}.db"
        shutil.copy(store.path, path)
        return Store(path)

    return copy


def state(store: Store) -> str:
    return sha256_hex(canonical_json([review_state.as_json() for review_state in review_states(store).values()]))


def flag(store: Store, curator: str, number: int, value: str) -> None:
    record(store, curator, [Decision("flag", number, value)])


numbers = st.integers(1, IMAGES)
single = st.one_of(
    st.builds(Decision, st.just("flag"), numbers, st.sampled_from(["pick", "reject", "none"])),
    st.builds(Decision, st.just("stars"), numbers, st.integers(0, 5)),
    st.builds(Decision, st.just("colour"), numbers, st.sampled_from(["red", "none"])),
    st.builds(Decision, st.just("lock"), numbers, st.booleans()),
    st.builds(Decision, st.just("note"), numbers, st.text(min_size=1, max_size=5)),
    st.builds(Decision, st.just("pair"), st.just(1), st.sampled_from(["left", "skip"]), st.integers(2, IMAGES)),
)
actions = st.tuples(st.sampled_from(["ada", "ben"]), st.lists(single, min_size=1, max_size=3))


def test_what_was_said_is_how_an_image_stands(store: Store) -> None:
    said = [
        Decision("flag", 2, "pick"),
        Decision("stars", 2, 4),
        Decision("colour", 2, "red"),
        Decision("lock", 2, True),
    ]
    record(store, "ada", [*said, Decision("note", 2, "mend the sky")], seen={"scores": "hidden"})
    record(store, "ben", [Decision("stars", 2, 1)])
    expected = ReviewState(2, {"ada": "pick"}, {"ada": 4, "ben": 1}, {"ada": "red"}, (("ada", "mend the sky"),), "ada")
    assert review_states(store) == {2: expected}
    assert (expected.flag, expected.mean_stars, expected.curators) == ("pick", 2.5, ("ada", "ben"))
    assert review_states(store, "ben") == {2: ReviewState(2, stars={"ben": 1})}
    assert {event.seen.get("scores") for event in store.reviews(curator="ada")} == {"hidden"}


def test_the_majority_of_those_who_flagged_decides_and_a_tie_is_contested(store: Store) -> None:
    for curator, value in [("ada", "pick"), ("ben", "reject")]:
        flag(store, curator, 1, value)
    assert (review_states(store)[1].flag, review_states(store)[1].contested) == ("none", True)
    flag(store, "cyd", 1, "reject")
    assert (review_states(store)[1].flag, review_states(store)[1].contested) == ("reject", False)
    assert review_states(store)[1].who("reject") == ["ben", "cyd"]
    flag(store, "ben", 1, "pick")
    assert review_states(store)[1].flag == "pick", "the last word of each counts"


def test_a_reason_stands_as_long_as_the_reject(store: Store) -> None:
    record(store, "ada", [Decision("flag", 1, "reject"), Decision("reason", 1, "soft")])
    assert review_states(store)[1].reasons == {"ada": "soft"}
    flag(store, "ada", 1, "pick")
    assert review_states(store)[1].reasons == {}
    undo(store, "ada")
    assert review_states(store)[1].reasons == {"ada": "soft"}
    undo(store, "ada")
    record(store, "ben", [Decision("reason", 1, "dull")])
    assert review_states(store).get(1, ReviewState(1)).reasons == {}, "nobody rejected it"


def test_tags_are_each_curators_own_until_another_takes_one_off(store: Store) -> None:
    record(store, "ada", [Decision("tag", 1, "quay"), Decision("tag", 1, "dusk"), Decision("tag", 1, "quay")])
    record(store, "ben", [Decision("tag", 1, "dusk")])
    assert review_states(store)[1].tags == {"ada": ("quay", "dusk"), "ben": ("dusk",)}
    record(store, "ben", [Decision("untag", 1, "dusk")])
    assert review_states(store)[1].tags == {"ada": ("quay", "dusk")}
    record(store, "ben", [Decision("untag", 1, "dusk"), Decision("untag", 1, "quay")])
    assert review_states(store) == {}
    undo(store, "ben")
    assert review_states(store)[1].tags == {"ada": ("quay", "dusk")}


def test_undo_goes_back_by_actions_and_redo_forward_until_something_new_is_done(store: Store) -> None:
    record(store, "ada", [Decision("flag", number, "reject") for number in (1, 2)])
    flag(store, "ada", 1, "pick")
    flag(store, "ben", 2, "pick")
    assert [event.asset_id for event in undo(store, "ada")] == [1]
    assert review_states(store)[1].flag == "reject"
    assert [event.asset_id for event in undo(store, "ada")] == [1, 2]
    assert review_states(store) == {2: ReviewState(2, {"ben": "pick"})}, "what another said stays"
    assert undo(store, "ada") == []
    assert [event.asset_id for event in redo(store, "ada")] == [1, 2]
    assert review_states(store)[2].flags == {"ada": "reject", "ben": "pick"}
    flag(store, "ada", 3, "pick")
    assert redo(store, "ada") == [], "something new was done"
    assert [event.asset_id for event in undo(store, "ada")] == [3]


def test_a_lock_that_another_took_off_stays_off_when_its_maker_takes_it_back(store: Store) -> None:
    record(store, "ada", [Decision("lock", 1, True)])
    record(store, "ben", [Decision("lock", 1, False)])
    undo(store, "ada")
    assert review_states(store) == {}
    redo(store, "ada")
    undo(store, "ben")
    assert review_states(store)[1].locked_by == "ada"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(actions, max_size=4), st.lists(actions, min_size=1, max_size=6))
def test_undo_of_any_sequence_restores_the_state(fresh: Callable[[], Store], before: list, after: list) -> None:
    store = fresh()
    for curator, decisions in before:
        record(store, curator, decisions)
    states = [state(store)]
    for curator, decisions in after:
        record(store, curator, decisions)
        states.append(state(store))
    for place in range(len(after) - 1, -1, -1):
        assert undo(store, after[place][0])
        assert state(store) == states[place]
    for place, (curator, _) in enumerate(after, 1):
        assert redo(store, curator)
        assert state(store) == states[place]


steps = st.one_of(actions, st.tuples(st.sampled_from(["ada", "ben"]), st.sampled_from(["undo", "redo"])))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(steps, max_size=10), st.sampled_from([None, "ada"]))
def test_a_log_kept_warm_is_the_log_read_anew(fresh: Callable[[], Store], todo: list, curator: str | None) -> None:
    store = fresh()
    warm = Reviews(store, curator)
    for who, what in todo:
        before = warm.review_states()
        if isinstance(what, str):
            (undo if what == "undo" else redo)(store, who)
        else:
            record(store, who, what)
        touched = warm.catch_up()
        assert warm.review_states() == review_states(store, curator)
        assert {
            n for n in range(1, IMAGES + 1) if warm.review_state(n) != before.get(n, ReviewState(n))
        } <= touched.keys()
    assert warm.last == max((event.id for event in store.reviews(curator=curator)), default=0)


@pytest.mark.parametrize(
    "decision",
    [
        Decision("flag", 1, "maybe"), Decision("stars", 1, 6), Decision("stars", 1, True), Decision("stars", 1, "3"),
        Decision("colour", 1, "pink"), Decision("lock", 1, 1), Decision("note", 1, ""), Decision("note", 1, "x" * 5000),
        Decision("pair", 1, "left"), Decision("pair", 1, "left", 1), Decision("flag", 1, "pick", 2),
        Decision("tag", 1, "a,b"), Decision("untag", 1, ""), Decision("reason", 1, " soft"), Decision("tag", 1, True),
        Decision("undo", 1, None), Decision("flag", 99, "pick"), Decision("pair", 1, "left", 99),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_nothing_kept(store: Store, decision: Decision) -> None:
    with pytest.raises(UsageError):
        record(store, "ada", [Decision("flag", 1, "pick"), decision])
    assert store.reviews() == []


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "x" * 65])
def test_a_curator_has_a_name(store: Store, name: str) -> None:
    for act in (lambda: flag(store, name, 1, "pick"), lambda: undo(store, name)):
        with pytest.raises(UsageError, match="curator's name"):
            act()


def test_others_votes_are_hidden_until_one_s_own_is_cast() -> None:
    review_state = ReviewState(1, {"ada": "pick"}, {"ben": 2}, {"ada": "red"}, (("ada", "x"),), "ada")
    assert review_state.as_seen_by("cyd") == ReviewState(1)
    assert review_state.as_seen_by("ben") == review_state
