"""What [score] and [select] say of encoders, metrics and flags, compared with what is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from collection.config import Config
from collection.errors import UsageError
from collection.judge.encoders.plugin import require_encoder
from collection.judge.flags import require_flag, thresholds


class Refuse(Protocol):
    """Refuses what stands at a place of the file, with a message and a hint."""

    def __call__(self, place: Sequence[str | int], message: str, hint: str) -> Any:
        """Raise ConfigError."""
        ...


def check_settings(config: Config, refuse: Refuse) -> None:
    """Call `refuse` for an encoder, a flag or a threshold that cannot be meant. No package's encoder is loaded."""
    try:
        require_encoder(config.score.encoder)
    except UsageError as error:
        refuse(["score", "encoder"], error.message, error.hint or "")
    for flag, value in config.score.flags.items():
        try:
            thresholds({flag: value})
        except UsageError as error:
            refuse(["score", "flags", flag], error.message, error.hint or "")
    for flag in config.select.bar:
        try:
            require_flag(flag)
        except UsageError as error:
            refuse(["select", "bar"], error.message, error.hint or "")


def with_thresholds(effective: Mapping[str, Any]) -> dict[str, Any]:
    """An effective configuration (`Config.effective`) with every threshold of [score.flags]."""
    score = effective["score"]
    return {**effective, "score": {**score, "flags": thresholds(score.get("flags", {}))}}
