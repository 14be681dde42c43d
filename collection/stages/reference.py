"""What can be looked up: the metrics and encoders that are installed, and the configuration with all its defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import UsageError
from collection.project import Project
from collection.values import Failure

if TYPE_CHECKING:
    from collection.judge.metric import Metric


@dataclass(frozen=True, slots=True)
class MetricReference:
    """The catalogue of metrics."""

    metrics: Sequence[Metric]
    percentile_of: str
    """Of what a percentile is the share that has a lower number, in words."""
    failed: Sequence[Failure]
    """The metrics of packages that cannot be used."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        failed = [{"what": item.what, "why": item.why} for item in self.failed]
        listed = [metric.as_json() for metric in self.metrics]
        return {"metrics": listed, "percentile_of": self.percentile_of, "failed": failed}


def metric_reference() -> MetricReference:
    """The metrics, built-in ones and those of installed packages."""
    from collection.judge.catalogue import failures, metrics
    from collection.store.percentiles import COMPARED_WITH

    return MetricReference([*metrics().values()], COMPARED_WITH, failures())


def encoder_lines() -> list[str]:
    """A line for each encoder that [score] may name: how it is written, what it is for, what it costs."""
    from collection.judge.encoders.plugin import ENCODERS

    lines = []
    for name, encoder in ENCODERS.working():
        word = f"{name}:{encoder.place}" if encoder.place else name
        lines.append(f"{word:<9} {encoder.purpose}" + (f"; {encoder.cost}" if encoder.cost else ""))
    return lines


def vocabulary_reference(painter: str) -> dict[str, dict[str, list[str]]]:
    """The words that a generator, a listed model or one in a folder can paint: trait, value, words.

    Raises UsageError for one that takes any words.
    """
    from collection.config.models import model_presets
    from collection.generate.registry import GENERATORS

    preset = model_presets().get(painter)
    model = preset.model if preset else painter
    of_models = (plugin.vocabulary(model, Path()) for _, plugin in GENERATORS.working() if plugin.table.presets)
    vocabulary = next((found for found in of_models if found), None)
    if vocabulary is None and preset is None:
        vocabulary = GENERATORS.get(painter).vocabulary("", Path())
    if vocabulary is None:
        raise UsageError(f"{painter} has no list of words: it reads whatever a prompt says", "collection words painter")
    return {trait: {value: [*words] for value, words in values.items()} for trait, values in vocabulary.words.items()}


def effective_config(project: Project) -> Mapping[str, Any]:
    """Every value of collection.toml with its default filled in, thresholds of packages' metrics too."""
    from collection.judge.settings import with_thresholds

    return with_thresholds(project.config.effective())
