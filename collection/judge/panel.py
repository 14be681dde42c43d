"""The scorers that a configuration names: encoder, heads, and where their weights come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from collection.atomic_file import write_durably
from collection.config import ENCODER_PRESETS, Score
from collection.errors import ConfigError, WeightsError
from collection.judge.heads import KNOWN_HEADS, Head, load_head
from collection.judge.pixels.technical import QUALITY
from collection.judge.preference import hps, image_reward, pickscore
from collection.judge.preference.examiner import Preferences
from collection.judge.preference.model import PreferenceModel
from collection.judge.score import TECHNICAL, PixelScorer, Scorers
from collection.judge.set_metrics.set_metrics import WholeSet
from collection.models.weights import cache_folder
from collection.values import ImageEncoder, sha256_hex

_LAION = "https://github.com/LAION-AI/aesthetic-predictor/raw/main/"
_IMPROVED = "https://github.com/christophschuhmann/improved-aesthetic-predictor/raw/main/"
SOURCES = {
    "laion-v1-b32": f"{_LAION}sa_0_4_vit_b_32_linear.pth",
    "laion-v1-b16": f"{_LAION}sa_0_4_vit_b_16_linear.pth",
    "laion-v1-l14": f"{_LAION}sa_0_4_vit_l_14_linear.pth",
    "sac-logos-ava1": f"{_IMPROVED}sac%2Blogos%2Bava1-l14-linearMSE.pth",
}
"""Where the known heads are published; what comes from there must have the SHA-256 that the name stands for."""
PREFERENCES: Mapping[str, tuple[Callable[[Path | str], PreferenceModel], str]] = {
    "pickscore": (pickscore.PickScore, pickscore.REPOSITORY),
    "hps-v2.1": (hps.HPS, hps.REPOSITORY),
    "image-reward": (image_reward.ImageReward, image_reward.REPOSITORY),
}
"""The preference models: who reads them, and the hub repository of their authors."""
TIMEOUT = 30.0
"""Seconds without an answer."""


def build_scorers(wish: Score, folder: Path, sources: dict[str, str] | None = None) -> Scorers:
    """Encoder and heads by the [score] table; paths are taken from `folder`.

    Raises ConfigError for a head that is neither known nor a file, WeightsError for weights that cannot be had.
    """
    encoder, known = build_encoder(wish.encoder, folder), SOURCES if sources is None else sources
    return Scorers(
        encoder,
        tuple(_head(_variant(name, encoder), folder, known) for name in wish.heads),
        build_pixel_scorers(wish, folder),
        Preferences(tuple(_preference(text, folder) for text in wish.preference)) if wish.preference else None,
        WholeSet(encoder, wish.moods, tuple(folder / place for place in wish.references)),
    )


def ranking_metrics(scorers: Scorers) -> dict[str, str]:
    """The metrics that say which image is better, and the model of each: the heads, or else technical quality."""
    models = scorers.models
    names = [*(head.name for head in scorers.heads), *(scorers.preferences.models if scorers.preferences else ())]
    return {name: models[name] for name in names or [QUALITY]}


def build_pixel_scorers(wish: Score, folder: Path) -> tuple[PixelScorer, ...]:
    """What looks at the pixels: the technical metrics and, if [score] wants it, safety. Nothing is loaded yet.

    Raises WeightsError where safety names a file that is not there.
    """
    if wish.safety == "off":
        return TECHNICAL
    from collection.judge.pixels.safety import OpenNsfw

    return (*TECHNICAL, OpenNsfw() if wish.safety == "open-nsfw" else OpenNsfw(folder / wish.safety))


def build_encoder(reference: str, folder: Path) -> ImageEncoder:
    """The encoder that [score] names; a folder of weights is looked for in `folder`. Nothing is loaded yet."""
    if reference == "embedded":
        from collection.judge.encoders.embedded_encoder import EfficientNetLite0

        return EfficientNetLite0()
    from collection.judge.encoders.open_clip_encoder import OpenClip

    if reference in ENCODER_PRESETS:
        return OpenClip(ENCODER_PRESETS[reference].reference)
    kind, _, place = reference.partition(":")
    return OpenClip(f"local-dir:{folder / place}" if kind == "local-dir" else reference)


def _variant(name: str, encoder: ImageEncoder) -> str:
    """LAION's first predictor exists for three encoders: its name alone means the one for this encoder."""
    space = str(getattr(encoder, "space", None))
    return f"laion-v1-{space[-4:].lower().replace('-', '')}" if name == "laion-v1" else name


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
        raise ConfigError(f"score.preference: there is no {path}", f"name a folder that is there, or {repository}")
    return build(place)


def _head(name: str, folder: Path, sources: dict[str, str]) -> Head:
    if name in sources:
        return load_head(_cached(name, sources[name]))
    if (folder / name).is_file():
        return load_head(folder / name)
    raise ConfigError(
        f'score.heads: "{name}" is neither a known head nor a file in {folder}', f"known heads: {', '.join(sources)}"
    )


def _cached(name: str, address: str) -> Path:
    """The file of a known head: from the cache, or fetched into it once it has the right hash."""
    wanted = next(sha256 for sha256, known in KNOWN_HEADS.items() if known.name == name)
    path = cache_folder() / "heads" / f"{wanted}.pth"
    if path.exists():
        return path
    by_hand = f"fetch it yourself from {address}, and name the file in score.heads"
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            data = answer.read()
    except (URLError, OSError) as error:
        raise WeightsError(f"the head {name} cannot be fetched: {error}", by_hand) from error
    if sha256_hex(data) != wanted:
        raise WeightsError(f"{address} is not the head {name}: its SHA-256 is {sha256_hex(data)}", by_hand)
    write_durably(path, data)
    return path
