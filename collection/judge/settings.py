"""What [score] and [select] say of encoders, metrics and issues, compared with what is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from collection.config import Config, Score
from collection.errors import ConfigError, Problem, UsageError
from collection.judge.encoders.plugin import require_encoder
from collection.judge.issues import require_issue, thresholds
from collection.spelling import nearest

LAION_V1 = "laion-v1"
"""LAION's first predictor exists for three encoders: this name alone means the one for the encoder in use."""
_LAION = "https://github.com/LAION-AI/aesthetic-predictor/raw/main/"
_IMPROVED = "https://github.com/christophschuhmann/improved-aesthetic-predictor/raw/main/"
SOURCES = {
    "laion-v1-b32": f"{_LAION}sa_0_4_vit_b_32_linear.pth",
    "laion-v1-b16": f"{_LAION}sa_0_4_vit_b_16_linear.pth",
    "laion-v1-l14": f"{_LAION}sa_0_4_vit_l_14_linear.pth",
    "sac-logos-ava1": f"{_IMPROVED}sac%2Blogos%2Bava1-l14-linearMSE.pth",
}
"""Where the known predictors are published; what comes from there must have the SHA-256 that the name stands for."""
PREFERENCES = ("pickscore", "hps-v2.1", "image-reward")
"""The preference models."""


class Refuse(Protocol):
    """Refuses what stands at a place of the file, with a message and a hint."""

    def __call__(self, place: Sequence[str | int], message: str, hint: str) -> Any:
        """Raise ConfigError."""
        ...


def check_settings(config: Config, refuse: Refuse) -> None:
    """Call `refuse` for an encoder, an issue or a threshold that cannot be meant. No package's encoder is loaded."""
    try:
        require_encoder(config.score.encoder)
    except UsageError as error:
        refuse(["score", "encoder"], error.message, error.hint or "")
    for issue, value in config.score.issues.items():
        try:
            thresholds({issue: value})
        except UsageError as error:
            refuse(["score", "issues", issue], error.message, error.hint or "")
    for issue in config.select.exclude:
        try:
            require_issue(issue)
        except UsageError as error:
            refuse(["select", "exclude"], error.message, error.hint or "")


def refuse_unknown(settings: Score, folder: Path) -> None:
    """Raise ConfigError for predictors, preference models, folders and files in [score] that are not there.

    `plan` asks, before images are made that could not be scored; nothing is loaded or fetched.
    """
    problems = [
        *(wrong_head(name, folder) for name in settings.heads),
        *(wrong_preference(text, folder) for text in settings.preference),
        *(wrong_reference(folder / place) for place in settings.references),
    ]
    if settings.safety not in ("off", "open-nsfw") and not (folder / settings.safety).is_file():
        problems += [
            Problem(
                f"score.safety: there is no file {folder / settings.safety}",
                'write "off", "open-nsfw" or an ONNX file that is there',
            )
        ]
    if found := [problem for problem in problems if problem]:
        raise ConfigError.of(found)


def wrong_head(name: str, folder: Path) -> Problem | None:
    """What is wrong with one of score.heads, if anything."""
    known = (LAION_V1, *SOURCES)
    if name in known or (folder / name).is_file():
        return None
    said = f'score.heads: "{name}" is neither a known aesthetic predictor nor a file in {folder}{nearest(name, known)}'
    return Problem(said, f"known: {', '.join(known)}")


def wrong_preference(text: str, folder: Path) -> Problem | None:
    """What is wrong with one of score.preference, NAME or NAME:PLACE, if anything."""
    name, _, place = text.partition(":")
    if name not in PREFERENCES:
        said = f'score.preference: "{name}" is no model{nearest(name, PREFERENCES)}'
        return Problem(said, f"known: {', '.join(PREFERENCES)}")
    path = folder / place
    if not place or path.exists() or re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", place):
        return None
    return Problem(
        f"score.preference: there is no {path}", f'write "{name}:FOLDER" with a folder that is there, or "{name}"'
    )


def wrong_reference(place: Path) -> Problem | None:
    """What is wrong with a folder of score.references, if anything."""
    if place.is_dir():
        return None
    return Problem(f"score.references: there is no folder {place}", "correct the path in [score]")


def with_thresholds(effective: Mapping[str, Any]) -> dict[str, Any]:
    """An effective configuration (`Config.effective`) with every threshold of [score.issues]."""
    score = effective["score"]
    return {**effective, "score": {**score, "issues": thresholds(score.get("issues", {}))}}
