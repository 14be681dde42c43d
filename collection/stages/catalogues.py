"""What people look up: the configuration in force, the encoders that it may name, and what each number means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collection.project import Project
from collection.values import Failure

if TYPE_CHECKING:
    from collection.judge.metric import Metric


@dataclass(frozen=True, slots=True)
class MetricCatalogue:
    """Every metric that is installed."""

    metrics: Sequence[Metric]
    percentile_of: str
    """The images that a percentile compares with, in words."""
    failures: Sequence[Failure]
    """Metrics of packages that cannot be used, and why."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {
            "metrics": [metric.as_json() for metric in self.metrics],
            "percentile_of": self.percentile_of,
            "failed": [{"what": item.what, "why": item.why} for item in self.failures],
        }


def metric_catalogue() -> MetricCatalogue:
    """The metrics with range, direction, source and limits, the built-in ones first."""
    from collection.judge.catalogue import failures, metrics
    from collection.store.percentiles import COMPARED_WITH

    return MetricCatalogue(list(metrics().values()), COMPARED_WITH, failures())


def effective_config(project: Project) -> dict[str, Any]:
    """The whole configuration of a project, defaults filled in: what collection.toml would say if it said all."""
    from collection.judge.settings import with_thresholds

    return with_thresholds(project.config.effective())


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """An encoder as [score] names it, and what it is for."""

    word: str
    purpose: str
    cost: str


def encoder_choices() -> list[EncoderChoice]:
    """The encoders that [score] may name."""
    from collection.judge.encoders.plugin import ENCODERS

    return [
        EncoderChoice(f"{name}:{encoder.place}" if encoder.place else name, encoder.purpose, encoder.cost or "")
        for name, encoder in ENCODERS.working()
    ]
