"""Issues: which defects an image has, by thresholds on the numbers that are stored. Nothing is measured again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from collection.errors import UsageError
from collection.judge.catalogue import metrics
from collection.judge.metric import Defect
from collection.spelling import ISSUES, nearest
from collection.store.store import Store

TINY, LEAST_SIDE = "tiny", 64
"""The one issue that is of no metric: of an image whose shorter side has fewer pixels than that."""
TINY_SAYS = "Pixels that the shorter side has at least."

IssuesOf = Mapping[int, Mapping[str, str]]
"""The issues of each image that has any, by its number: name, and why in words."""


@dataclass(frozen=True, slots=True)
class _Known:
    metric: str
    defect: Defect
    range: tuple[float, float]


def thresholds(changed: Mapping[str, float]) -> dict[str, float]:
    """From where on a number is a defect, by the issue: what [score.issues] says (`changed`), or else the defect's own.

    Raises UsageError for an issue that nothing has, and for a threshold outside the range of its metric.
    """
    known = _known()
    found = {TINY: float(LEAST_SIDE), **{issue: item.defect.threshold for issue, item in known.items()}}
    for issue, value in changed.items():
        require_issue(issue)
        low, high = known[issue].range if issue in known else (0, float("inf"))
        if not low <= value <= high:
            raise UsageError(f"{issue} = {value:g} is not {low:g} to {high:g}", "`collection metrics` says the range")
        found[issue] = value
    return found


def require_issue(issue: str) -> None:
    """Raise UsageError, with the nearest name, for an issue that no metric has."""
    if issue == TINY:
        return
    names = [TINY, *_known()]
    if issue not in names:
        raise UsageError(f'there is no issue "{issue}"{nearest(issue, names, ISSUES)}', f"known: {', '.join(names)}")


def issues_of(store: Store, models: Mapping[str, str], changed: Mapping[str, float]) -> dict[int, dict[str, str]]:
    """The issues of the images of the plan, by number; `models` gives the scores, by metric.

    A metric without a model raises no issue: without safety no image has the issue nsfw. `changed` is that of
    `thresholds`.
    """
    limits = thresholds(changed)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    side = int(limits[TINY])
    for number, pixels in store.sides_under(side).items():
        found[number][TINY] = f"shorter side {pixels} px, under {side}"
    known = {item.metric: item.defect for item in _known().values() if item.metric in models}
    bounds = {(metric, models[metric]): _bounds(defect, limits[defect.issue]) for metric, defect in known.items()}
    for number, score in store.scores_outside(bounds):
        defect = known[score.metric]
        said = f"{score.metric} {score.value:.3g}, {defect.side} {limits[defect.issue]:g}"
        found[number][defect.issue] = said
    empty = {TINY, *(issue for issue, item in _known().items() if item.defect.nothing_else)}
    return {number: _telling(found[number], empty) for number in sorted(found)}


def _known() -> dict[str, _Known]:
    found = [(metric.name, metric.defect, metric.range) for metric in metrics().values() if metric.defect]
    return {defect.issue: _Known(name, defect, span) for name, defect, span in found}


def _bounds(defect: Defect, threshold: float) -> tuple[float, float]:
    return (threshold, float("inf")) if defect.side == "under" else (float("-inf"), threshold)


def _telling(issues: Mapping[str, str], empty: set[str]) -> dict[str, str]:
    """The issues that say something: of an empty image only that it is empty."""
    only = {issue: why for issue, why in issues.items() if issue in empty}
    return only or dict(sorted(issues.items()))


def excluded(issues: IssuesOf, exclude: tuple[str, ...]) -> dict[int, str]:
    """Why images are not to be chosen, by number: those with an issue of `exclude`, or one that is never chosen."""
    never = {issue: item for issue, item in _known().items() if item.defect.never_chosen}
    unfit = {number: [f"{issue} ({why}{_way_in(never.get(issue))})" for issue, why in found.items()
                      if issue in {*never, *exclude}]
             for number, found in issues.items()}  # fmt: skip
    return {number: " and ".join(found) for number, found in unfit.items() if found}


def _way_in(never: _Known | None) -> str:
    """How images of an issue that is never chosen can be, where nothing is wrong with them: one plain colour is art."""
    if never is None or not never.defect.nothing_else:
        return ""
    low, high = never.range
    end = low if never.defect.side == "under" else high
    return f"; {never.defect.issue} = {end:g} in [score.issues] lets such images in"
