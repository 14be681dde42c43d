"""Percentiles: what they are, within what, and when they are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.store.judging_records import Score
from collection.store.percentiles import FEWEST, percentiles
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe

MODELS = {"quality": "m/1"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "collection.db")


@pytest.fixture
def plan(store: Store) -> Callable[[list[tuple[str, str]]], list[str]]:
    """Plans and makes one image for each (series, prompt); gives the names of their files."""

    def make(kinds: list[tuple[str, str]]) -> list[str]:
        recipes = [
            Recipe("painter", "p/1", seed, 64, 64, series, prompt) for seed, (series, prompt) in enumerate(kinds)
        ]
        store.replace_plan(recipes)
        store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", "", 64, 64, 1) for p in store.unmade()])
        return [asset.file_sha256 for asset in store.assets()]

    return make


def review_state(store: Store) -> list[float | None]:
    return [score.percentile for score in store.scores_with_percentiles(MODELS)]


def kept(store: Store) -> list[float | None]:
    return [score.percentile for score in store.scores()]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), min_size=1, max_size=60))
def test_a_percentile_is_the_share_below_and_half_of_the_equals(pairs: list[tuple[int, int]]) -> None:
    groups, values = (np.array(column) for column in zip(*pairs, strict=True))
    found = percentiles(values.astype(np.float64), groups)
    for group, value, percentile in zip(groups, values, found, strict=True):
        among = values[groups == group]
        assert percentile == pytest.approx(100 * ((among < value).sum() + (among == value).sum() / 2) / len(among))
    for group in set(groups.tolist()):
        assert found[groups == group].mean() == pytest.approx(50)


def test_nothing_has_no_percentiles() -> None:
    assert percentiles(np.zeros(0), np.zeros(0, dtype=np.intp)).shape == (0,)


def test_images_of_one_prompt_are_compared_with_each_other_and_few_of_them_with_their_series(
    store: Store, plan: Callable[[list[tuple[str, str]]], list[str]]
) -> None:
    few = FEWEST - 1
    files = plan([("a", "many")] * FEWEST + [("a", "few")] * few + [("b", "few")] * 2)
    store.add_judgements([Score(name, "quality", "m/1", float(value)) for value, name in enumerate(files)])
    found = review_state(store)
    alone, series = np.arange(FEWEST), np.arange(FEWEST + few)
    assert found[:FEWEST] == pytest.approx(100 * (alone + 0.5) / FEWEST, abs=1e-4)
    assert found[FEWEST:-2] == pytest.approx(100 * (series[FEWEST:] + 0.5) / len(series), abs=1e-4)
    assert found[-2:] == [25.0, 75.0], "another series, however it scores"


def test_scores_of_another_model_are_not_compared(
    store: Store, plan: Callable[[list[tuple[str, str]]], list[str]]
) -> None:
    one, two, three = plan([("a", "")] * 3)
    old = [Score(name, "quality", "m/0", 99.0) for name in (one, two, three)]
    store.add_judgements([*old, Score(one, "quality", "m/1", 1.0), Score(two, "quality", "m/1", 2.0)])
    assert [(score.file_sha256, score.percentile) for score in store.scores_with_percentiles(MODELS)] == [
        (one, 25.0),
        (two, 75.0),
    ]
    assert store.score_ranges(MODELS) == {"quality": (1.0, 2.0)}
    store.keep_percentiles(MODELS)
    assert sorted(str(found) for found in kept(store)) == ["25.0", "75.0", "None", "None", "None"]


def test_what_is_kept_is_what_stands_and_is_written_only_where_it_changed(
    store: Store, plan: Callable[[list[tuple[str, str]]], list[str]]
) -> None:
    files = plan([("a", "")] * 2)
    store.add_judgements([Score(name, "quality", "m/1", float(value)) for value, name in enumerate(files)])
    assert kept(store) == [None, None]
    assert store.keep_percentiles(MODELS) == 2
    assert store.keep_percentiles(MODELS) == 0
    assert kept(store) == review_state(store) == [25.0, 75.0]

    (*_, late) = plan([("a", "")] * 3)
    store.add_judgements([Score(late, "quality", "m/1", 9.0)])
    assert store.keep_percentiles(MODELS) == 3
    assert kept(store) == review_state(store) == pytest.approx([16.6667, 50, 83.3333])

    plan([("a", "")] * 2)
    assert review_state(store) == [25.0, 75.0], "one left the plan"
    store.keep_percentiles(MODELS)
    plan([("a", "")] * 3)
    assert kept(store) == [25.0, 75.0, None], "and came back"


def test_a_file_that_two_images_share_stands_where_the_first_does(
    store: Store, plan: Callable[[list[tuple[str, str]]], list[str]]
) -> None:
    (name, other) = plan([("a", ""), ("a", "")])
    store.add_imported([Asset(0, None, name, "", 64, 64, 1)])
    store.add_judgements([Score(name, "quality", "m/1", 5.0), Score(other, "quality", "m/1", 1.0)])
    assert review_state(store) == [75.0, 25.0]


def test_images_without_the_score_of_any_model_are_found(
    store: Store, plan: Callable[[list[tuple[str, str]]], list[str]]
) -> None:
    one, two, three = plan([("a", "")] * 3)
    models = {"quality": "m/1", "text": "t/1"}
    store.add_judgements([Score(one, metric, model, 1.0) for metric, model in models.items()])
    store.add_judgements([Score(two, "quality", "m/1", 1.0), Score(two, "text", "t/0", 1.0)])
    assert [asset.file_sha256 for asset in store.assets_without_scores(models)] == [two, three]
