from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from collection.curate.reviews.log import record
from collection.errors import ConfigError, NotEnoughVotesError
from collection.judge.pixels.colour import COLOUR, NUMBERS
from collection.judge.score import Scorers
from collection.judge.votes import PairVote, Verdict
from collection.stages.learned_preference import (
    ask_next,
    learn_preference,
    votes_of,
    what_ranks,
    with_learned,
)
from collection.store.judging_records import Embedding, Score
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import Recipe

ENCODER, WIDTH, IMAGES = "encoder@1", 8, 160
STOCK = {"quality": "m"}


@pytest.fixture
def vectors() -> np.ndarray:
    found = np.random.default_rng(3).normal(size=(IMAGES, WIDTH)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def store(tmp_path: Path, vectors: np.ndarray) -> Store:
    """Images with vectors; the stock metric knows nothing of what the curator likes, the first dimension."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(IMAGES)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    files = [f"{number:064x}" for number in range(1, IMAGES + 1)]
    noise = np.random.default_rng(4).normal(size=IMAGES)
    colours = np.random.default_rng(5).normal(size=(IMAGES, NUMBERS)).astype(np.float32)
    store.add_judgements(
        [Score(sha256, "quality", "m", float(value)) for sha256, value in zip(files, noise, strict=True)],
        [
            *(Embedding(sha256, ENCODER, vector) for sha256, vector in zip(files, vectors, strict=True)),
            *(Embedding(sha256, COLOUR, colour) for sha256, colour in zip(files, colours, strict=True)),
        ],
    )
    return store


@pytest.fixture
def scorers() -> Scorers:
    encoder: Any = SimpleNamespace(model=ENCODER, dimensions=WIDTH)
    return Scorers(encoder)


def stock(store: Store) -> dict[int, float]:
    values = {score.file_sha256: score.value for score in store.scores() if score.metric == "quality"}
    return {asset.id: values[asset.file_sha256] for asset in store.assets()}


def flag_by_liking(store: Store, curator: str, vectors: np.ndarray, count: int) -> None:
    record(
        store,
        curator,
        [Decision("flag", row + 1, "pick" if vectors[row, 0] > 0 else "reject") for row in range(count)],
    )


def test_flags_stars_and_comparisons_are_votes(store: Store) -> None:
    record(store, "ada", [Decision("stars", 1, 5), Decision("stars", 2, 1), Decision("stars", 3, 3)])
    record(store, "ada", [Decision("flag", 2, "pick"), Decision("note", 4, "x"), Decision("flag", 9, "reject")])
    record(store, "ben", [Decision("pair", 1, "right", 2), Decision("pair", 1, "tie", 3)])
    rows = {number: number - 1 for number in range(1, 9)}
    assert votes_of(store, rows) == [
        Verdict(0, True, "ada"), Verdict(1, True, "ada"), PairVote(1, 0, "ben"),
    ], "3 stars are her mean; a flag outweighs stars; image 9 has no vector"  # fmt: skip
    assert votes_of(store, rows, "ben") == [PairVote(1, 0, "ben")]


def test_a_learned_preference_that_beats_the_stock_metric_scores_every_image_and_ranks(
    store: Store, vectors: np.ndarray, scorers: Scorers
) -> None:
    flag_by_liking(store, "ada", vectors, 120)
    found = learn_preference(store, ENCODER, stock(store))
    assert found.report["better"]
    learned, known = found.report["learned"], found.report["stock"]
    assert learned["interval"][0] > known["right"] / known["votes"]
    scores = {score.file_sha256: score for score in store.scores() if score.metric == "learned-preference"}
    assert len(scores) == IMAGES
    unseen = [scores[f"{row + 1:064x}"].value for row in range(120, IMAGES)]
    assert np.corrcoef(unseen, vectors[120:, 0])[0, 1] > 0.7
    told = with_learned(scorers, store.learned_preferences())
    model = told.models["learned-preference"]
    assert what_ranks(store, told, STOCK, ()) == {"learned-preference": model}
    assert what_ranks(store, told, STOCK, ("learned-preference",)) == {"learned-preference": model}
    (known_model,) = {score.model for score in scores.values()}
    assert [told.model(item) for item in told.learned] == [known_model], "new images get the same"
    other: Any = SimpleNamespace(model="encoder@2", dimensions=WIDTH)
    assert with_learned(Scorers(other), store.learned_preferences()).learned == (), (
        "of another encoder's vectors it knows nothing"
    )


def test_of_several_learned_preferences_the_shared_one_ranks(
    store: Store, vectors: np.ndarray, scorers: Scorers
) -> None:
    flag_by_liking(store, "ada", vectors, 120)
    learn_preference(store, ENCODER, stock(store), "ada")
    assert [*what_ranks(store, with_learned(scorers, store.learned_preferences()), STOCK, ())] == [
        "learned-preference:ada"
    ]
    flag_by_liking(store, "ben", vectors, 120)
    learn_preference(store, ENCODER, stock(store), "ben")
    both = what_ranks(store, with_learned(scorers, store.learned_preferences()), STOCK, ())
    assert [*both] == ["learned-preference:ada", "learned-preference:ben"], "each counts as much"
    learn_preference(store, ENCODER, stock(store))
    assert [*what_ranks(store, with_learned(scorers, store.learned_preferences()), STOCK, ())] == ["learned-preference"]


def test_without_a_stock_metric_a_preference_need_only_beat_chance_and_any_comparison_ranks(
    store: Store, vectors: np.ndarray, scorers: Scorers
) -> None:
    assert what_ranks(store, scorers, {}, ()) == {}
    store.replace_metric("votes", [], "inputs", {"votes": 1, "conclusive": False, "evidence": 0.0})
    assert [*what_ranks(store, scorers, {}, ())] == ["votes"]
    assert what_ranks(store, scorers, STOCK, ()) == STOCK
    flag_by_liking(store, "ada", vectors, 120)
    found = learn_preference(store, ENCODER, None)
    assert (found.report["stock"], found.report["better"]) == (None, True)
    assert [*what_ranks(store, with_learned(scorers, store.learned_preferences()), {}, ())] == ["learned-preference"]


def test_too_few_votes_and_whims_teach_nothing_and_keep_nothing(store: Store, vectors: np.ndarray) -> None:
    with pytest.raises(NotEnoughVotesError, match="nobody has voted"):
        learn_preference(store, ENCODER, stock(store))
    rng = np.random.default_rng(0)
    record(store, "ada", [Decision("flag", n, "pick" if rng.random() < 0.5 else "reject") for n in range(1, 101)])
    with pytest.raises(NotEnoughVotesError, match="no preference shows in"):
        learn_preference(store, ENCODER, stock(store))
    assert store.learned_preferences() == []
    assert {score.metric for score in store.scores()} == {"quality"}


def test_a_learned_preference_that_is_no_better_than_the_stock_metric_does_not_rank(
    store: Store, vectors: np.ndarray, scorers: Scorers
) -> None:
    flag_by_liking(store, "ada", vectors, 120)
    knowing = {row + 1: float(vectors[row, 0]) for row in range(IMAGES)}
    assert not learn_preference(store, ENCODER, knowing).report["better"]
    assert what_ranks(store, with_learned(scorers, store.learned_preferences()), STOCK, ()) == STOCK


def test_a_metric_that_nothing_gives_is_named(store: Store, scorers: Scorers) -> None:
    for by in (("votes",), ("quality", "learned-preference:ada")):
        with pytest.raises(ConfigError, match=f'select.by: nothing here gives "{by[-1]}"'):
            what_ranks(store, scorers, STOCK, by)
    with pytest.raises(ConfigError) as refused:
        what_ranks(store, scorers, STOCK, ("taste:ada",))
    assert refused.value.hint == "it is called learned-preference:ada now"


def test_a_metric_of_which_less_is_better_does_not_rank(store: Store, scorers: Scorers) -> None:
    with pytest.raises(ConfigError, match=r'select\.by: of "banding" less is better') as refused:
        what_ranks(store, scorers, STOCK, ("quality", "banding"))
    assert "quality" in str(refused.value.hint)


def test_the_next_images_to_ask_about_have_no_verdict_yet(store: Store, vectors: np.ndarray) -> None:
    flag_by_liking(store, "ada", vectors, 20)
    asked = ask_next(store, ENCODER, 5)
    assert len(set(asked)) == 5
    assert min(asked) > 20
    with pytest.raises(NotEnoughVotesError, match="no curator of the name ben"):
        ask_next(store, ENCODER, 5, "ben")
