"""The scorers that a configuration names: encoder, predictors, and where their weights come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from collection.config import Score
from collection.errors import ConfigError
from collection.judge.aesthetic import ENCODER_OF_SPACE, KNOWN_PREDICTORS, AestheticPredictor, load_predictor
from collection.judge.encoders.plugin import open_encoder
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.preference import hps, image_reward, pickscore
from collection.judge.preference.model import PreferenceModel
from collection.judge.preference.prompt_scorer import PromptScorer
from collection.judge.score import Scorers
from collection.judge.scoring import PixelScorer
from collection.judge.set_metrics.set_scorer import SetScorer
from collection.judge.settings import LAION_V1, SOURCES, wrong_head, wrong_preference
from collection.judge.vector_scorer import vector_metrics
from collection.models.hub import fetch_known
from collection.models.weights import cache_folder
from collection.values import ImageEncoder

_PREFERENCES: Mapping[str, tuple[Callable[[Path | str], PreferenceModel], str]] = {
    "pickscore": (pickscore.PickScore, pickscore.REPOSITORY),
    "hps-v2.1": (hps.HPS, hps.REPOSITORY),
    "image-reward": (image_reward.ImageReward, image_reward.REPOSITORY),
}
"""The preference models: what reads them, and the hub repository of their authors."""


def build_scorers(settings: Score, folder: Path, sources: dict[str, str] | None = None) -> Scorers:
    """Encoder and predictors by the [score] table; paths are taken from `folder`.

    Raises ConfigError for a predictor that is neither known nor a file, WeightsError for weights that cannot be had,
    PluginError for a package's encoder that cannot be used.
    """
    encoder, known = open_encoder(settings.encoder, folder), SOURCES if sources is None else sources
    preferences = tuple(_preference(text, folder) for text in settings.preference)
    return Scorers(
        encoder,
        tuple(_predictor(_variant(name, encoder), folder, known) for name in settings.heads),
        pixels=build_pixel_scorers(settings, folder),
        prompts=PromptScorer(preferences) if preferences else None,
        whole_set=SetScorer(encoder, settings.emotions, tuple(folder / place for place in settings.references)),
        vector_metrics=vector_metrics(encoder),
    )


def ranking_metrics(scorers: Scorers) -> dict[str, str]:
    """The metrics that say which image is better, and the model of each: those of predictors and preference models.

    There are none without such a model: technical measures know nothing of art.
    """
    models = scorers.models
    names = [*(item.name for item in scorers.predictors), *(scorers.prompts.models if scorers.prompts else ())]
    return {name: models[name] for name in names}


def build_pixel_scorers(settings: Score, folder: Path) -> tuple[PixelScorer, ...]:
    """What looks at the pixels: the metrics of pixels and, if [score] wants it, safety. No weights are loaded yet.

    Raises WeightsError where safety names a file that is not there.
    """
    if settings.safety == "off":
        return (PixelMetrics(),)
    from collection.judge.pixels.safety import OpenNsfw

    return (PixelMetrics(), OpenNsfw() if settings.safety == "open-nsfw" else OpenNsfw(folder / settings.safety))


def _variant(name: str, encoder: ImageEncoder) -> str:
    if name != LAION_V1:
        return name
    space = getattr(encoder, "space", None)
    variants = {item.encoder: item.name for item in KNOWN_PREDICTORS.values() if item.name.startswith(f"{LAION_V1}-")}
    if space not in variants:
        encoders = " or ".join(f'"{ENCODER_OF_SPACE[trained]}"' for trained in sorted(variants))
        raise ConfigError(
            f"score.heads: there is no {LAION_V1} for the encoder {encoder.model.partition('@')[0]}",
            f"set encoder = {encoders} in [score]",
        )
    return variants[space]


def _preference(text: str, folder: Path) -> PreferenceModel:
    """The model that NAME or NAME:PLACE names; a place that exists is meant before a hub id of that spelling."""
    if problem := wrong_preference(text, folder):
        raise ConfigError.of([problem])
    name, _, place = text.partition(":")
    build, repository = _PREFERENCES[name]
    path = folder / place
    return build((path if path.exists() else place) if place else repository)


def _predictor(name: str, folder: Path, sources: Mapping[str, str]) -> AestheticPredictor:
    if name in sources:
        return load_predictor(_cached(name, sources[name]))
    if problem := wrong_head(name, folder):
        raise ConfigError.of([problem])
    return load_predictor(folder / name)


def _cached(name: str, address: str) -> Path:
    """The file of a known predictor: from the cache, or fetched into it once it has the right hash."""
    wanted = next(sha256 for sha256, known in KNOWN_PREDICTORS.items() if known.name == name)
    place = cache_folder() / "heads" / f"{wanted}.pth"
    by_hand = f"fetch it yourself from {address}, and name the file in score.heads"
    return fetch_known(address, wanted, place, f"the aesthetic predictor {name}", by_hand)
