"""The numbers that a metric gives for many images, looked at before they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import CollectionError, PluginError
from collection.judge.metric import Metric
from collection.values import amount

Column = npt.NDArray[np.float64]


def checked_values(metric: Metric, work: Callable[[], Any], count: int, *, lacking: bool) -> tuple[Column, list[str]]:
    """The numbers (count,) that `work` gives, NaN where there is none, and what is wrong with the metric, if anything.

    `lacking`: whether the metric may have none for an image. What is outside its range is left out.
    """
    found, notes = _run(metric, work)
    column, more = _column(metric, metric.name, found, count, lacking) if not notes else (np.full(count, np.nan), [])
    return column, notes + more


def checked_parts(metric: Metric, work: Callable[[], Any], count: int) -> tuple[dict[str, Column], list[str]]:
    """The same of a family, by the names of its metrics."""
    found, notes = _run(metric, work)
    if notes:
        return {}, notes
    if not isinstance(found, Mapping):
        return {}, [f"the metric {metric.title} gave {type(found).__name__} and no mapping"]
    columns: dict[str, Column] = {}
    for part, values in found.items():
        name = f"{metric.name}:{part}"
        columns[name], more = _column(metric, name, values, count, True)
        notes += more
    return columns, notes


def _run(metric: Metric, work: Callable[[], Any]) -> tuple[Any, list[str]]:
    try:
        return work(), []
    except PluginError as error:  # the encoder's fault
        return None, [f"the metric {metric.title} has no numbers: {error.message}"]
    except CollectionError:
        raise  # it says what to do
    except (Exception, SystemExit) as error:  # another's code: whatever it raises is its fault, and named
        return None, [f"the metric {metric.title} has no numbers: it raised {type(error).__name__}: {error}"]


def _column(metric: Metric, name: str, values: Any, count: int, lacking: bool) -> tuple[Column, list[str]]:
    nothing = np.full(count, np.nan)
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        return nothing, [f"the metric {name} has no numbers: it gave {type(values).__name__} and no array"]
    if column.shape != (count,):
        return nothing, [f"the metric {name} has no numbers: it gave {column.shape}, where ({count},) was due"]
    wrong = metric.wrong(column) & ~(lacking & np.isnan(column))
    if not wrong.any():
        return column, []
    first, few = float(column[wrong][0]), amount(int(wrong.sum()), "image")
    column[wrong] = np.nan
    return column, [f"the metric {name} has no number for {few}: it {metric.refusal(first)}"]
