"""The metrics of pixels that the catalogue has, built-in and added, on one picture after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock

import numpy as np

from collection.errors import CollectionError
from collection.judge.catalogue import metrics
from collection.judge.metric import Metric, OfPixels
from collection.judge.pixels.picture import Picture
from collection.values import Pixels, Transparent, amount


class PixelMetrics:
    """Measures pictures (a `PixelScorer`). A metric that fails gives no number, and is named; the others do."""

    def __init__(self, among: Iterable[Metric] | None = None) -> None:
        """`among`: the metrics of which those of pixels are measured; absent: the whole catalogue."""
        found = [*metrics().values()] if among is None else among
        self._measures = [(metric, metric.computed) for metric in found if isinstance(metric.computed, OfPixels)]
        self._failed: Counter[str] = Counter()
        self._reasons: dict[str, str] = {}
        self._lock = Lock()

    @property
    def models(self) -> Mapping[str, str]:
        """The identity of what computes each metric."""
        return {metric.name: metric.model for metric, _ in self._measures}

    def take_notes(self) -> tuple[str, ...]:
        """The metrics that failed since this was last asked: on how many pictures, and why on the first."""
        with self._lock:
            failed, reasons = self._failed, self._reasons
            self._failed, self._reasons = Counter(), {}
        return tuple(
            f"the metric {name} has no number for {amount(failed[name], 'image')}: it {reason}"
            for name, reason in reasons.items()
        )

    def measure(self, pixels: Pixels, transparent: Transparent | None = None) -> dict[str, float]:
        """Each metric of one RGB picture (h, w, 3) uint8, without those that failed."""
        picture, found = Picture(pixels, transparent), dict[str, float]()
        for metric, computed in self._measures:
            try:
                value = float(computed.measure(picture))
            except CollectionError:
                raise  # it says what to do
            except (Exception, SystemExit) as error:  # another's code: whatever it raises is its fault, and named
                self._fail(metric.name, f"raised {type(error).__name__}: {error}")
                continue
            if metric.wrong(np.array(value)):
                self._fail(metric.name, metric.refusal(value))
            else:
                found[metric.name] = value
        return found

    def _fail(self, name: str, reason: str) -> None:
        with self._lock:
            self._failed[name] += 1
            self._reasons.setdefault(name, reason)
