"""All images as columns: arrays with one row for each image, in the order of numbers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from collection.store.columns import ImageColumns, ScoreColumns
from collection.store.judging_records import Duplicate, Score
from collection.store.records import all_traits
from collection.store.review_records import Selection

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labels:
    """A word an image, or none: (n,) places in `names`, -1 where there is none."""

    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[str | None]) -> Labels:
        """The labels of a list of words."""
        names = sorted({word for word in words if word is not None})
        places = {name: place for place, name in enumerate(names)}
        codes = np.fromiter((-1 if word is None else places[word] for word in words), np.int32, len(words))
        return cls(codes, tuple(names))

    def at(self, row: int) -> str | None:
        """The word of a row."""
        code = int(self.codes[row])
        return None if code < 0 else self.names[code]


class ImageTable:
    """The images by columns (n,): number, file, size, and the content of the recipe."""

    def __init__(self, rows: Sequence[ImageColumns]) -> None:
        self.ids: Integers = np.array([row.id for row in rows], dtype=np.int64)
        self.files = [row.file_sha256 for row in rows]
        self.widths: Integers = np.array([row.width for row in rows], dtype=np.int64)
        self.heights: Integers = np.array([row.height for row in rows], dtype=np.int64)
        said = [json.loads(row.body) if row.body else {} for row in rows]
        self.series = Labels.of([item.get("series", "") if item else None for item in said])
        self.seeds: Numbers = np.array([item.get("seed", np.nan) for item in said], dtype=np.float64)
        """NaN for an imported image."""
        self.prompts = [item.get("prompt", "") for item in said]
        self.styles = _weights([item.get("blend", ()) for item in said])
        """The weight of each style, 0 to 1, by name."""
        self.traits = _traits(
            [all_traits(item.get("traits", {}), json.loads(row.features)) for row, item in zip(rows, said, strict=True)]
        )
        """By name: what was planned, and what the generator says of its picture."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def rows(self) -> dict[int, int]:
        """The row of each number."""
        return {number: row for row, number in enumerate(self.ids.tolist())}

    @cached_property
    def words(self) -> list[str]:
        """The prompts, case folded."""
        return [prompt.casefold() for prompt in self.prompts]

    def mask(self, numbers: Iterable[int]) -> Mask:
        """Which rows are of these numbers, (n,)."""
        return np.isin(self.ids, np.fromiter(numbers, np.int64))


@dataclass(frozen=True)
class MetricColumn:
    """One metric: raw values, and percentiles among their kind, 0 to 100; (n,), NaN where there is none."""

    values: Numbers
    percentiles: Numbers


class ScoreTable:
    """The scores: `rows` of all metrics, and `ranking`, of the metrics that rank, with present percentiles."""

    def __init__(self, images: ImageTable, rows: Sequence[ScoreColumns], ranking: Sequence[Score]) -> None:
        now = [ScoreColumns(item.file_sha256, item.metric, item.value, item.percentile) for item in ranking]
        self.metrics = _metrics(images, [*rows, *now])
        self._count, self._rank = len(images), frozenset(item.metric for item in now)

    @cached_property
    def ranking(self) -> Numbers:
        """Mean percentile over the metrics that rank, (n,), 0 to 100; NaN for an image without a score."""
        wanted = [metric.percentiles for name, metric in self.metrics.items() if name in self._rank]
        return _row_means(wanted, self._count)

    def without(self, hidden: Collection[str]) -> ScoreTable:
        """The same without some metrics, which then do not rank either."""
        left = copy(self)
        left.metrics = {name: metric for name, metric in self.metrics.items() if name not in hidden}
        vars(left).pop("ranking", None)
        return left


class SelectionTable:
    """The images that were set aside as near-duplicates, and those that were selected."""

    def __init__(self, images: ImageTable, duplicates: Sequence[Duplicate], selection: Sequence[Selection]) -> None:
        self.duplicates = {item.asset_id: item for item in duplicates}
        """Near-duplicates, by number."""
        self.stacks: Mapping[int, list[Duplicate]] = _stacks(duplicates)
        """Those set aside for each representative, by its number; nearest first."""
        self.chosen = {item.asset_id: item for item in selection}
        """The selected images, by number."""
        self.is_duplicate = images.mask(self.duplicates)
        self.is_chosen = images.mask(self.chosen)

    def without_choice(self) -> SelectionTable:
        """The same as if nothing had been selected."""
        left = copy(self)
        left.chosen, left.is_chosen = {}, np.zeros_like(self.is_chosen)
        return left


def _weights(blends: Sequence[Sequence[Mapping[str, float | str]]]) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for row, blend in enumerate(blends):
        for part in blend:
            name = str(part["name"])
            if name not in found:
                found[name] = np.zeros(len(blends))
            found[name][row] = part["weight"]
    return dict(sorted(found.items()))


def _traits(values: Sequence[Mapping[str, str]]) -> dict[str, Labels]:
    names = sorted({name for traits in values for name in traits})
    return {name: Labels.of([traits.get(name) for traits in values]) for name in names}


def _metrics(images: ImageTable, rows: Sequence[ScoreColumns]) -> dict[str, MetricColumn]:
    """The columns of each metric; of several scores of one image the last counts."""
    places: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(images.files):
        places[name].append(row)
    found: dict[str, MetricColumn] = {}
    for score in rows:
        for row in places.get(score.file_sha256, ()):
            if score.metric not in found:
                found[score.metric] = MetricColumn(*np.full((2, len(images)), np.nan))
            found[score.metric].values[row] = score.value
            found[score.metric].percentiles[row] = np.nan if score.percentile is None else score.percentile
    return dict(sorted(found.items()))


def _row_means(columns: Sequence[Numbers], count: int) -> Numbers:
    stacked = np.array(columns).reshape(len(columns), count)
    known = (~np.isnan(stacked)).sum(axis=0)
    total = np.nansum(stacked, axis=0)
    return np.asarray(np.divide(total, known, out=np.full(count, np.nan), where=known > 0))


def _stacks(duplicates: Sequence[Duplicate]) -> dict[int, list[Duplicate]]:
    found: dict[int, list[Duplicate]] = defaultdict(list)
    for item in sorted(duplicates, key=lambda item: item.distance):
        if item.representative_id is not None:
            found[item.representative_id].append(item)
    return dict(found)
