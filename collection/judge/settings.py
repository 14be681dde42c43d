"""What [score] and [select] say of encoders, metrics and issues, compared with what is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from collection.config import Config
from collection.errors import UsageError
from collection.judge.encoders.plugin import require_encoder
from collection.judge.issues import require_issue, thresholds


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


def with_thresholds(effective: Mapping[str, Any]) -> dict[str, Any]:
    """An effective configuration (`Config.effective`) with every threshold of [score.issues]."""
    score = effective["score"]
    return {**effective, "score": {**score, "issues": thresholds(score.get("issues", {}))}}
