"""Metrics that are wrong, each in a way of its own, and one that is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from collection.judge.metric import Computed, Defect, Metric, OfPixels, OfSet, OfSetByPart, OfVectors


def metric(name: str, computed: Computed | None, defect: Defect | None = None) -> Metric:
    """A metric from 0 to 1."""
    return Metric(name, (0, 1), "higher", "Says something.", "own", "Says nothing.", computed, defect)


def raising(*_: Any) -> Any:
    """Raise."""
    raise ZeroDivisionError("one divided by nothing")


SOUND = metric("sound", OfPixels(lambda picture: 0.5))
PIXELS_RAISE = metric("pixels-raise", OfPixels(raising), Defect("raised", 0.5, "over", "Never."))
PIXELS_NAN = metric("pixels-nan", OfPixels(lambda picture: float("nan")))
PIXELS_LIE = metric("pixels-lie", OfPixels(lambda picture: 1.5))
PIXELS_TEXT = metric("pixels-text", OfPixels(lambda picture: "much"))  # type: ignore[arg-type,return-value]
VECTORS_RAISE = metric("vectors-raise", OfVectors(raising))
VECTORS_COUNT = metric("vectors-count", OfVectors(lambda vectors: np.zeros(len(vectors) + 1)))
VECTORS_NAN = metric("vectors-nan", OfVectors(lambda vectors: np.full(len(vectors), np.nan)))
VECTORS_LIE = metric("vectors-lie", OfVectors(lambda vectors: np.arange(len(vectors)) * 1.0))
SET_RAISE = metric("set-raise", OfSet(raising))
SET_COUNT = metric("set-count", OfSet(lambda images: np.zeros(len(images) + 1)))
SET_LIE = metric("set-lie", OfSet(lambda images: np.full(len(images), -1.0)))
SET_PARTS = Metric(
    "set-parts", (0, 1), "higher", "Says something.", "own", "Says nothing.",
    OfSetByPart(lambda images: np.zeros(len(images))), parts="PART",  # type: ignore[arg-type,return-value]
)  # fmt: skip
NO_METRIC = 3
NO_WORK = metric("no-work", None)
SAME_ISSUE = metric("same-issue", OfPixels(lambda picture: 0.5), Defect("blurred", 0.5, "under", "Less."))
