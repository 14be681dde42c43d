"""The scorers that a configuration names: encoder, predictors, and where their weights come from."""

from __future__ import annotations

import re
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
from collection.judge.vector_scorer import vector_metrics
from collection.models.hub import fetch_known
from collection.models.weights import cache_folder
from collection.values import ImageEncoder

_LAION = "https://github.com/LAION-AI/aesthetic-predictor/raw/main/"
_IMPROVED = "https://github.com/christophschuhmann/improved-aesthetic-predictor/raw/main/"
SOURCES = {
    "laion-v1-b32": f"{_LAION}sa_0_4_vit_b_32_linear.pth",
    "laion-v1-b16": f"{_LAION}sa_0_4_vit_b_16_linear.pth",
    "laion-v1-l14": f"{_LAION}sa_0_4_vit_l_14_linear.pth",
    "sac-logos-ava1": f"{_IMPROVED}sac%2Blogos%2Bava1-l14-linearMSE.pth",
}
"""Where the known predictors are published; what comes from there must have the SHA-256 that the name stands for."""
LAION_V1 = "laion-v1"
"""LAION's first predictor exists for three encoders: this name alone means the one for the encoder in use."""
PREFERENCES: Mapping[str, tuple[Callable[[Path | str], PreferenceModel], str]] = {
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
    name, _, place = text.partition(":")
    if name not in PREFERENCES:
        raise ConfigError(f'score.preference: "{name}" is no model', f"known: {', '.join(PREFERENCES)}")
    build, repository = PREFERENCES[name]
    path = folder / place
    if not place or path.exists():
        return build(path if place else repository)
    if re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", place) is None:
        raise ConfigError(
            f"score.preference: there is no {path}", f'write "{name}:FOLDER" with a folder that is there, or "{name}"'
        )
    return build(place)


def _predictor(name: str, folder: Path, sources: dict[str, str]) -> AestheticPredictor:
    if name in sources:
        return load_predictor(_cached(name, sources[name]))
    if (folder / name).is_file():
        return load_predictor(folder / name)
    raise ConfigError(
        f'score.heads: "{name}" is neither a known aesthetic predictor nor a file in {folder}',
        f"known: {', '.join([LAION_V1, *sources])}",
    )


def _cached(name: str, address: str) -> Path:
    """The file of a known predictor: from the cache, or fetched into it once it has the right hash."""
    wanted = next(sha256 for sha256, known in KNOWN_PREDICTORS.items() if known.name == name)
    place = cache_folder() / "heads" / f"{wanted}.pth"
    by_hand = f"fetch it yourself from {address}, and name the file in score.heads"
    return fetch_known(address, wanted, place, f"the aesthetic predictor {name}", by_hand)
