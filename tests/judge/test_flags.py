"""Flags follow from stored numbers and thresholds; nothing is looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from collection.config import Flags
from collection.config.selecting import Select
from collection.judge.flags import ABOVE, BELOW, UNFIT, barred, flags_of
from collection.judge.metrics import metrics
from collection.judge.score import Scorers
from collection.store.records import Asset, Score
from collection.store.store import Store
from collection.values import Recipe

MODELS = {metric: f"{metric}/test" for metric in (BELOW | ABOVE).values()}
SOUND = {"contrast": 0.2, "exposure": 0.6, "sharpness": 0.7, **dict.fromkeys(ABOVE.values(), 0.0)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three images of 512 pixels, all sound, and one of 40."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "p/1", seed, 512, 512) for seed in range(4)])
    sides = [512, 512, 512, 40]
    made = zip(store.planned(), sides, strict=True)
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", "", side, 600, 1) for p, side in made])
    for number in (1, 2, 3, 4):
        give(store, number)
    return store


def give(store: Store, number: int, version: str = "test", **values: float) -> None:
    scores = {**SOUND, **values}
    name = f"{number:064x}"
    store.add_judgements([Score(name, metric, f"{metric}/{version}", value) for metric, value in scores.items()])


def test_sound_images_have_none_and_a_small_one_is_tiny(store: Store) -> None:
    assert flags_of(store, MODELS, Flags()) == {4: {"tiny": "shorter side 40 px, under 64"}}


@pytest.mark.parametrize(("flag", "metric"), (BELOW | ABOVE).items())
def test_each_threshold_is_a_flag_of_its_own(store: Store, flag: str, metric: str) -> None:
    limit = getattr(Flags(), flag)
    give(store, 2, **{metric: limit})
    assert 2 not in flags_of(store, MODELS, Flags()), "the threshold itself is sound"
    give(store, 2, **{metric: limit - 0.001 if flag in BELOW else limit + 0.001})
    found = flags_of(store, MODELS, Flags())
    assert list(found[2]) == [flag]
    assert metric in found[2][flag]
    never = Flags.model_validate({flag: 0.0 if flag in BELOW else 1.0})
    assert 2 not in flags_of(store, MODELS, never)


def test_an_image_has_all_its_flags_by_name_but_an_empty_one_only_that(store: Store) -> None:
    give(store, 1, sharpness=0.1, banding=0.5, text=0.9)
    give(store, 2, contrast=0.0, sharpness=0.0, exposure=0.0)
    found = flags_of(store, MODELS, Flags())
    assert list(found[1]) == ["banded", "blurred", "text"]
    assert list(found[2]) == ["blank"]


def test_scores_of_another_model_raise_no_flag(store: Store) -> None:
    give(store, 1, "older", sharpness=0.0)
    assert 1 not in flags_of(store, MODELS, Flags())
    give(store, 1, nsfw=1.0)
    assert 1 not in flags_of(store, {"sharpness": "sharpness/test"}, Flags()), "safety is off"


def test_images_that_left_the_plan_have_none(store: Store) -> None:
    give(store, 1, sharpness=0.0)
    store.replace_plan([])
    assert flags_of(store, MODELS, Flags()) == {}


def test_unfit_images_are_barred_always_and_others_by_wish() -> None:
    flags = {1: {"blank": "b"}, 2: {"nsfw": "n", "text": "t"}, 3: {"text": "t"}}
    assert barred(flags, ()) == {1: "flagged blank (b)", 2: "flagged nsfw (n)"}
    assert barred(flags, ("text",))[3] == "flagged text (t)"
    assert barred(flags, ("text",))[2] == "flagged nsfw (n) and flagged text (t)"


def test_a_bar_names_flags_that_exist() -> None:
    names = set(Flags.model_fields)
    assert names == {"tiny", *BELOW, *ABOVE}
    assert set(UNFIT) <= names
    assert Select(bar=tuple(sorted(names))).bar == tuple(sorted(names))
    with pytest.raises(ValidationError):
        Select(bar=("ugly",))


def test_the_catalogue_has_every_metric_that_is_given() -> None:
    from collection.judge.encoders.embedded_encoder import EfficientNetLite0
    from collection.judge.heads import KNOWN_HEADS

    given = {*Scorers(EfficientNetLite0()).metrics, *MODELS, *(head.name for head in KNOWN_HEADS.values())}
    assert given <= set(metrics())
    for metric in metrics().values():
        assert metric.better in ("higher", "lower", "neither")
        assert len(metric.range) == 2
        assert all((metric.says, metric.source, metric.limits))
