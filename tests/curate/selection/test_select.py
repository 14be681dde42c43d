from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from collection.curate.reviews.state import ReviewState
from collection.curate.selection.candidates import rank
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.reasons import why
from collection.curate.selection.select import pending, select
from collection.errors import CollectionError
from collection.store.judging_records import Duplicate, Embedding, Score
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ARTIST, QuotaCell, Recipe

METRICS = {"quality": "m"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Six images in two series; the second series scores far lower throughout."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, series="ab"[seed // 3]) for seed in range(6)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    values = dict(zip(range(1, 7), [90.0, 80.0, 70.0, 30.0, 20.0, 10.0], strict=True))
    store.add_judgements([Score(f"{number:064x}", "quality", "m", value) for number, value in values.items()])
    return store


def chosen(store: Store) -> list[int]:
    return [item.asset_id for item in store.selection()]


def test_percentiles_are_taken_within_the_series(store: Store) -> None:
    ranked = rank(store, METRICS)
    assert [item.asset.id for item in ranked] == [1, 4, 2, 5, 3, 6]
    assert [round(item.score) for item in ranked] == [83, 83, 50, 50, 17, 17]
    assert ranked[1].values == {"quality": 30.0}


def test_the_best_are_chosen_and_duplicates_are_not(store: Store) -> None:
    store.replace_duplicates([Duplicate(4, 1, "phash", 2.0), Duplicate(2, 5, "cosine", 0.04)], "x", {})
    report = select(store, SelectionCriteria(3, METRICS))
    assert chosen(store) == [1, 5, 3]
    assert (report.selected, report.eligible, report.supply, report.complete) == (3, 4, 3, True)
    assert report.mean_score == pytest.approx((83.33 + 50 + 16.67) / 3, abs=0.01)


def test_every_choice_is_explained(store: Store) -> None:
    store.replace_duplicates([Duplicate(4, 1, "phash", 2.0), Duplicate(2, 5, "cosine", 0.04)], "x", {})
    select(store, SelectionCriteria(2, METRICS))
    assert why(store, 1, SelectionCriteria(2, METRICS)) == (
        "chosen: number 1 of 6 images, percentile 83 of its kind (quality 90.0); "
        "stands for its near-duplicates, set aside: 0004 (2 bits apart)"
    )
    assert (
        why(store, 2, SelectionCriteria(2, METRICS))
        == "not chosen: set aside as a near-duplicate of 0005 (cosine 0.960)"
    )
    assert why(store, 6, SelectionCriteria(2, METRICS)).startswith("not chosen: number 6 of 6 images, percentile 17")
    with pytest.raises(CollectionError, match="0099"):
        why(store, 99, SelectionCriteria(2, METRICS))


def test_without_a_metric_people_choose_and_nothing_is_said_of_quality(store: Store) -> None:
    decided = {5: ReviewState(5, flags={"ada": "pick"}), 1: ReviewState(1, flags={"ada": "reject"})}
    criteria = SelectionCriteria(2, {}, decided=decided, diversity=0.3)
    report = select(store, criteria)
    assert (report.mean_score, report.costs) == (None, {})
    assert (store.stage_report("select")["judged_by"], store.stage_report("select")["mean_score"]) == ([], None)
    assert 5 in chosen(store)
    assert 1 not in chosen(store)
    assert why(store, 5, criteria).startswith("chosen: not judged; picked by ada")
    assert why(store, 6, criteria).startswith("not chosen: not judged, and the supply is 2")
    assert select(store, SelectionCriteria(2, METRICS)).mean_score == pytest.approx(83.33, abs=0.01)


@pytest.mark.parametrize(
    "decided", [{}, {3: ReviewState(3, locked_by="ada")}, {6: ReviewState(6, flags={"a": "pick"})}]
)
def test_a_diverse_set_has_a_gap_and_keeps_locks_and_picks(store: Store, decided: dict[int, ReviewState]) -> None:
    """Three pairs of like images: of each, one."""
    vectors = np.eye(3, 8)[[0, 0, 1, 1, 2, 2]] + 0.01 * np.random.default_rng(0).normal(size=(6, 8))
    store.add_judgements([], [Embedding(f"{n:064x}", "e", row) for n, row in enumerate(vectors.astype(np.float32), 1)])
    for metrics in (METRICS, {}):
        report = select(store, SelectionCriteria(3, metrics, decided=decided, diversity=0.5, model="e"))
        assert 0 <= report.gap < 0.01
        assert sorted((number - 1) // 2 for number in chosen(store)) == [0, 1, 2]
        assert set(decided) <= set(chosen(store))


def test_nothing_is_pending_until_something_changes(store: Store) -> None:
    assert pending(store, SelectionCriteria(3, METRICS)) == 3
    select(store, SelectionCriteria(3, METRICS))
    assert pending(store, SelectionCriteria(3, METRICS)) == 0
    assert pending(store, SelectionCriteria(4, METRICS)) == 4
    store.add_judgements([Score(f"{6:064x}", "other", "m", 1.0)])
    assert pending(store, SelectionCriteria(3, METRICS)) == 0, "a metric that does not rank changes nothing"
    store.add_judgements([Score(f"{6:064x}", "quality", "m", 99.0)])
    assert pending(store, SelectionCriteria(3, METRICS)) == 3
    store.replace_duplicates([Duplicate(4, 1, "phash", 2.0)], "x", {})
    assert pending(store, SelectionCriteria(3, METRICS)) == 3


def test_too_few_images_is_not_complete(store: Store) -> None:
    report = select(store, SelectionCriteria(7, METRICS))
    assert (report.selected, report.complete) == (6, False)


def test_an_image_without_a_score_ranks_last(store: Store) -> None:
    store.replace_plan([planned.recipe for planned in store.planned()] + [Recipe("painter", "painter/1", 9, 8, 8)])
    late = store.unmade()[0]
    store.add_assets([Asset(late.id, late.recipe, "f" * 64, "f" * 64, 8, 8, 1)])
    assert [item.asset.id for item in rank(store, METRICS)][-1] == late.id


def test_quotas_are_met_before_quality(store: Store) -> None:
    """Two kinds, odd and even numbers: one of the odd, two of the even, though the odd are better."""
    odd, even = ("", (("number", "odd"),)), ("", (("number", "even"),))
    criteria = SelectionCriteria(3, METRICS, {odd: 1, even: 2}, lambda asset: odd if asset.id % 2 else even)
    assert select(store, criteria).complete
    assert chosen(store) == [1, 4, 2]
    assert "the quotas ask for 1 of its kind (number odd)" in why(store, 3, criteria)
    assert pending(store, SelectionCriteria(3, METRICS, {odd: 2, even: 1}, criteria.cell_of)) == 3
    greedy = SelectionCriteria(5, METRICS, {odd: 1, even: 4}, criteria.cell_of)
    assert not select(store, greedy).complete, "there are three even numbers"
    assert chosen(store) == [1, 4, 2, 6]


def test_shares_of_artists_are_met_together_with_quotas_and_told(store: Store) -> None:
    """Ada's are 1 to 3, Ben's 4 to 6; one even token of Ada's, and one of either of Ben's."""

    def cell_of(asset: Asset) -> QuotaCell:
        traits = {ARTIST: "Ada" if asset.id < 4 else "Ben", "number": "even" if asset.id % 2 == 0 else "odd"}
        return "", tuple(sorted(traits.items()))

    cells = {
        ("", ((ARTIST, who), ("number", number))): 1
        for who, number in [("Ada", "even"), ("Ben", "even"), ("Ben", "odd")]
    }
    criteria = SelectionCriteria(3, METRICS, cells, cell_of, shares={"Ada": 1, "Ben": 2})
    report = select(store, criteria)
    assert set(chosen(store)) == {2, 4, 5}
    assert report.artists == {"Ada": (1, 1), "Ben": (2, 2)}
    assert store.stage_report("select")["artists"]["Ben"] == {"tokens": 2, "chosen": 2}
    assert set(report.costs) == {"quotas", "shares"}
    best = {"quotas": [83.33, 83.33, 50], "shares": [83.33, 83.33, 50]}
    for rule, scores in best.items():
        assert report.costs[rule] == pytest.approx(sum(scores) / 3 - report.mean_score, abs=0.01)
    assert "one of the 2 tokens of Ben" in why(store, 5, criteria)
    assert "the quotas ask for 1 of its kind (artist Ben, number even)" in why(store, 6, criteria)
    greedy = SelectionCriteria(
        4, METRICS, {**cells, ("", ((ARTIST, "Ada"), ("number", "even"))): 2}, cell_of, shares={"Ada": 2, "Ben": 2}
    )
    assert select(store, greedy).artists == {"Ada": (2, 1), "Ben": (2, 2)}, "there is one even number of Ada's"
