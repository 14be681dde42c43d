"""What gives a number to a vector alone: aesthetic predictors, learned preferences, metrics of packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from collection.judge.catalogue import metrics
from collection.judge.checked_values import Column, checked_values
from collection.judge.metric import Metric, OfVectors, Vectors
from collection.store.review_records import LearnedPreference
from collection.values import ImageEncoder


class VectorScorer(Protocol):
    """Numbers (n,) of unit vectors (n, d)."""

    @property
    def name(self) -> str:
        """The metric."""
        ...

    @property
    def model(self) -> str:
        """Identity of what gives the numbers, whatever the encoder."""
        ...

    def values(self, vectors: Vectors) -> tuple[Column, list[str]]:
        """The numbers (n,), NaN where there is none, and what is wrong with the metric, if anything."""
        ...


@dataclass(frozen=True, slots=True)
class VectorMetric:
    """A metric of the catalogue that is computed of vectors (a `VectorScorer`)."""

    metric: Metric
    measure: Callable[[Vectors], object]

    @property
    def name(self) -> str:
        """The metric."""
        return self.metric.name

    @property
    def model(self) -> str:
        """Identity of what computes it."""
        return self.metric.model

    def values(self, vectors: Vectors) -> tuple[Column, list[str]]:
        """The numbers (n,), NaN where there is none, and what is wrong with the metric, if anything."""
        return checked_values(self.metric, lambda: self.measure(vectors), len(vectors), lacking=False)


@dataclass(frozen=True, slots=True)
class LearnedScorer:
    """A preference that votes taught (a `VectorScorer`), of the images' vectors with their colour numbers beside."""

    learned: LearnedPreference

    @property
    def name(self) -> str:
        """The metric."""
        return self.learned.name

    @property
    def model(self) -> str:
        """Identity: name and weights."""
        return f"{self.learned.name}@{self.learned.sha256}"

    def values(self, vectors: Vectors) -> tuple[Column, list[str]]:
        """The numbers (n,) of `described` images, (n, d), and no note; what was learned of vectors alone ends there."""
        weight = self.learned.weight
        return vectors[:, : len(weight)].astype(np.float64) @ weight + self.learned.bias, []


def vector_metrics(encoder: ImageEncoder) -> tuple[VectorMetric, ...]:
    """The metrics of the catalogue that take the vectors of this encoder."""
    return tuple(
        VectorMetric(metric, metric.computed.measure)
        for metric in metrics().values()
        if isinstance(metric.computed, OfVectors) and encoder.model.startswith(metric.computed.encoder)
    )
