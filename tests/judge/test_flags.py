"""Flags follow from stored numbers and thresholds; nothing is looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.config import load_config
from collection.errors import ConfigError, UsageError
from collection.judge.catalogue import better, metric_of, metrics
from collection.judge.flags import barred, flags_of, thresholds
from collection.judge.score import Scorers
from collection.judge.settings import check_settings
from collection.store.records import Asset, Score
from collection.store.store import Store
from collection.values import Recipe

DEFECTS = {metric.name: metric.defect for metric in metrics().values() if metric.defect}
MODELS = {metric: f"{metric}/test" for metric in DEFECTS}
OVER = [metric for metric, defect in DEFECTS.items() if defect.side == "over"]
SOUND = {"contrast": 0.2, "exposure": 0.6, "sharpness": 0.7, **dict.fromkeys(OVER, 0.0)}


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
    assert flags_of(store, MODELS, {}) == {4: {"tiny": "shorter side 40 px, under 64"}}


@pytest.mark.parametrize("metric", DEFECTS)
def test_each_threshold_is_a_flag_of_its_own(store: Store, metric: str) -> None:
    defect = DEFECTS[metric]
    flag, limit = defect.flag, defect.threshold
    give(store, 2, **{metric: limit})
    assert 2 not in flags_of(store, MODELS, {}), "the threshold itself is sound"
    give(store, 2, **{metric: limit - 0.001 if defect.side == "under" else limit + 0.001})
    found = flags_of(store, MODELS, {})
    assert list(found[2]) == [flag]
    assert metric in found[2][flag]
    end = metrics()[metric].range[0 if defect.side == "under" else 1]
    assert 2 not in flags_of(store, MODELS, {flag: end})


def test_an_image_has_all_its_flags_by_name_but_an_empty_one_only_that(store: Store) -> None:
    give(store, 1, sharpness=0.1, banding=0.5, text=0.9)
    give(store, 2, contrast=0.0, sharpness=0.0, exposure=0.0)
    found = flags_of(store, MODELS, {})
    assert list(found[1]) == ["banded", "blurred", "text"]
    assert list(found[2]) == ["blank"]


def test_scores_of_another_model_raise_no_flag(store: Store) -> None:
    give(store, 1, "older", sharpness=0.0)
    assert 1 not in flags_of(store, MODELS, {})
    give(store, 1, nsfw=1.0)
    assert 1 not in flags_of(store, {"sharpness": "sharpness/test"}, {}), "safety is off"


def test_images_that_left_the_plan_have_none(store: Store) -> None:
    give(store, 1, sharpness=0.0)
    store.replace_plan([])
    assert flags_of(store, MODELS, {}) == {}


def test_unfit_images_are_barred_always_and_others_by_wish() -> None:
    flags = {1: {"blank": "b"}, 2: {"nsfw": "n", "text": "t"}, 3: {"text": "t"}}
    assert barred(flags, ()) == {1: "flagged blank (b)", 2: "flagged nsfw (n)"}
    assert barred(flags, ("text",))[3] == "flagged text (t)"
    assert barred(flags, ("text",))[2] == "flagged nsfw (n) and flagged text (t)"


CONFIG = 'title = "x"\nsupply = 1\nseed = 1\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[score.flags]\nblured = 0.3",
            r'toml:5: score.flags.blured: there is no flag "blured"; did you mean blurred\?',
        ),
        ("[score.flags]\nblurred = 1.5", r"toml:5: score.flags.blurred: blurred = 1.5 is not 0 to 1"),
        ("[score.flags]\ntiny = -1", r"toml:5: score.flags.tiny: tiny = -1 is not 0 to"),
        ('[score.flags]\nblurred = "much"', r"toml:5: score.flags.blurred"),
        ('[select]\nbar = ["ugly"]', r'toml:5: select.bar: there is no flag "ugly"'),
        (
            '[score]\nencoder = "embeded"',
            r'toml:5: score.encoder: there is no encoder "embeded"; did you mean embedded',
        ),
        ('[score]\nencoder = "cpu:x"', r'toml:5: score.encoder: the encoder "cpu:x" cannot be meant'),
        ('[score]\nencoder = "hf-hub:"', r'toml:5: score.encoder: the encoder "hf-hub:" cannot be meant'),
    ],
)
def test_flags_and_encoders_that_nothing_has_are_refused_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "collection.toml").write_text(f"{CONFIG}{text}\n")
    with pytest.raises(ConfigError, match=said):
        load_config(tmp_path / "collection.toml", check_settings)


def test_every_flag_may_be_barred_and_every_threshold_moved(tmp_path: Path) -> None:
    flags = thresholds({})
    lines = "\n".join(f"{flag} = {value:g}" for flag, value in flags.items())
    bar = ", ".join(f'"{flag}"' for flag in flags)
    (tmp_path / "collection.toml").write_text(f"{CONFIG}[select]\nbar = [{bar}]\n[score.flags]\n{lines}\n")
    config = load_config(tmp_path / "collection.toml", check_settings)
    assert thresholds(config.score.flags) == flags
    assert set(config.select.bar) == {"tiny", *(defect.flag for defect in DEFECTS.values())}


def test_an_unknown_flag_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match='no flag "ugly"') as refused:
        thresholds({"ugly": 0.5})
    assert "blurred" in str(refused.value.hint)


def test_the_catalogue_has_every_metric_that_is_given() -> None:
    from collection.judge.aesthetic import KNOWN_PREDICTORS
    from collection.judge.encoders.embedded_encoder import EfficientNetLite0
    from collection.judge.set_metrics.set_scorer import SetScorer

    encoder = EfficientNetLite0()
    scorers = Scorers(encoder, whole_set=SetScorer(encoder, references=(Path(),)))
    given = {*scorers.metrics, *MODELS, *(known.name for known in KNOWN_PREDICTORS.values())}
    assert given <= set(metrics())


def test_each_metric_says_which_way_is_better() -> None:
    assert [better(name) for name in ("quality", "banding", "nsfw", "contrast")] == [
        "higher", "lower", "lower", "neither",
    ]  # fmt: skip
    assert [better(name) for name in ("trait:hat", "mood:awe", "taste:ada", "votes", "style-margin")] == [
        "higher", "neither", "higher", "higher", "higher",
    ]  # fmt: skip
    assert better("own", ranking=["own"]) == "higher", "an aesthetic predictor of one's own"
    assert better("of-a-package-that-is-gone") == "neither"
    assert metric_of("quality:x") is None, "it has no parts"
