"""Issues follow from stored numbers and thresholds; nothing is looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.config import load_config
from collection.errors import ConfigError, UsageError
from collection.judge.catalogue import better, metric_of, metrics
from collection.judge.issues import excluded, issues_of, thresholds
from collection.judge.score import Scorers
from collection.judge.settings import check_settings
from collection.store.judging_records import Score
from collection.store.records import Asset
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
    assert issues_of(store, MODELS, {}) == {4: {"tiny": "shorter side 40 px, under 64"}}


@pytest.mark.parametrize("metric", DEFECTS)
def test_each_threshold_is_a_flag_of_its_own(store: Store, metric: str) -> None:
    defect = DEFECTS[metric]
    issue, limit = defect.issue, defect.threshold
    give(store, 2, **{metric: limit})
    assert 2 not in issues_of(store, MODELS, {}), "the threshold itself is sound"
    give(store, 2, **{metric: limit - 0.001 if defect.side == "under" else limit + 0.001})
    found = issues_of(store, MODELS, {})
    assert list(found[2]) == [issue]
    assert metric in found[2][issue]
    end = metrics()[metric].range[0 if defect.side == "under" else 1]
    assert 2 not in issues_of(store, MODELS, {issue: end})


def test_an_image_has_all_its_flags_by_name_but_an_empty_one_only_that(store: Store) -> None:
    give(store, 1, sharpness=0.1, banding=0.5, text=0.9)
    give(store, 2, contrast=0.0, sharpness=0.0, exposure=0.0)
    found = issues_of(store, MODELS, {})
    assert list(found[1]) == ["banded", "blurred", "text"]
    assert list(found[2]) == ["blank"]


def test_scores_of_another_model_raise_no_flag(store: Store) -> None:
    give(store, 1, "older", sharpness=0.0)
    assert 1 not in issues_of(store, MODELS, {})
    give(store, 1, nsfw=1.0)
    assert 1 not in issues_of(store, {"sharpness": "sharpness/test"}, {}), "safety is off"


def test_images_that_left_the_plan_have_none(store: Store) -> None:
    give(store, 1, sharpness=0.0)
    store.replace_plan([])
    assert issues_of(store, MODELS, {}) == {}


def test_unfit_images_are_excluded_always_and_others_by_choice() -> None:
    issues = {1: {"blank": "b"}, 2: {"nsfw": "n", "text": "t"}, 3: {"text": "t"}}
    assert excluded(issues, ()) == {1: "blank (b; blank = 0 in [score.issues] lets such images in)", 2: "nsfw (n)"}
    assert excluded(issues, ("text",))[3] == "text (t)"
    assert excluded(issues, ("text",))[2] == "nsfw (n) and text (t)"


CONFIG = 'title = "x"\nsupply = 1\nseed = 1\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[score.issues]\nblured = 0.3",
            r'toml:5: score.issues.blured: there is no issue "blured"; did you mean blurred\?',
        ),
        ("[score.issues]\nblurred = 1.5", r"toml:5: score.issues.blurred: blurred = 1.5 is not 0 to 1"),
        ("[score.issues]\ntiny = -1", r"toml:5: score.issues.tiny: tiny = -1 is not 0 to"),
        ('[score.issues]\nblurred = "much"', r"toml:5: score.issues.blurred"),
        ('[select]\nexclude = ["ugly"]', r'toml:5: select.exclude: there is no issue "ugly"'),
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
    issues = thresholds({})
    lines = "\n".join(f"{issue} = {value:g}" for issue, value in issues.items())
    bar = ", ".join(f'"{issue}"' for issue in issues)
    (tmp_path / "collection.toml").write_text(f"{CONFIG}[select]\nexclude = [{bar}]\n[score.issues]\n{lines}\n")
    config = load_config(tmp_path / "collection.toml", check_settings)
    assert thresholds(config.score.issues) == issues
    assert set(config.select.exclude) == {"tiny", *(defect.issue for defect in DEFECTS.values())}


def test_an_unknown_flag_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match='no issue "ugly"') as refused:
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


def test_what_computes_a_number_keeps_its_name() -> None:
    """Another identity would make every image of every project pending."""
    from collection.judge.encoders.embedded_encoder import EfficientNetLite0
    from collection.judge.pixels.svm import packaged_brisque
    from collection.judge.set_metrics.set_scorer import SetScorer

    encoder = EfficientNetLite0()
    models = Scorers(encoder, whole_set=SetScorer(encoder, ("awe",), (Path(),))).models
    assert models.pop("quality") == f"brisque/1@{packaged_brisque().sha256}"
    of_set = ("style-consistency", "style-margin", "novelty", "reference", "reference-novelty")
    assert {name: models.pop(name) for name in of_set} == dict.fromkeys(of_set, f"whole-set/1|{encoder.model}")
    assert models.pop("banding") == "banding/3"
    assert models.pop("text") == "text/2"
    assert models.pop("clipping") == "clipping/2"
    assert models.pop("sharpness") == "sharpness/2"
    assert models.pop("missing") == "missing/3"
    assert models.pop("borders") == "borders/2"
    first = ("contrast", "exposure", "highlights", "overexposure", "steadiness", "noise", "aspect")
    assert models == {name: f"{name}/1" for name in first}


def test_each_metric_says_which_way_is_better() -> None:
    assert [better(name) for name in ("quality", "banding", "nsfw", "contrast")] == [
        "higher", "lower", "lower", "neither",
    ]  # fmt: skip
    assert [better(name) for name in ("trait:hat", "mood:awe", "learned-preference:ada", "votes", "style-margin")] == [
        "higher", "neither", "higher", "higher", "higher",
    ]  # fmt: skip
    assert better("own", ranking=["own"]) == "higher", "an aesthetic predictor of one's own"
    assert better("of-a-package-that-is-gone") == "neither"
    assert metric_of("quality:x") is None, "it has no parts"
