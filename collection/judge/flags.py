"""Flags: which defects an image has, by thresholds on the numbers that are stored. Nothing is measured again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from collection.errors import UsageError
from collection.judge.catalogue import metrics
from collection.judge.metric import Defect
from collection.spelling import nearest
from collection.store.store import Store

TINY, LEAST_SIDE = "tiny", 64
"""The one flag that is of no metric: of an image whose shorter side has fewer pixels than that."""
TINY_SAYS = "Pixels that the shorter side has at least."

FlagsOf = Mapping[int, Mapping[str, str]]
"""The flags of each image that has any, by its number: name, and why in words."""


@dataclass(frozen=True, slots=True)
class _Known:
    metric: str
    defect: Defect
    range: tuple[float, float]


def thresholds(changed: Mapping[str, float]) -> dict[str, float]:
    """From where on a number is a defect, by the flag: what [score.flags] says (`changed`), or else the defect's own.

    Raises UsageError for a flag that nothing has, and for a threshold outside the range of its metric.
    """
    known = _known()
    found = {TINY: float(LEAST_SIDE), **{flag: item.defect.threshold for flag, item in known.items()}}
    for flag, value in changed.items():
        require_flag(flag)
        low, high = known[flag].range if flag in known else (0, float("inf"))
        if not low <= value <= high:
            raise UsageError(f"{flag} = {value:g} is not {low:g} to {high:g}", "`collection metrics` says the range")
        found[flag] = value
    return found


def require_flag(flag: str) -> None:
    """Raise UsageError, with the nearest name, for a flag that no metric has."""
    if flag == TINY:
        return
    names = [TINY, *_known()]
    if flag not in names:
        raise UsageError(f'there is no flag "{flag}"{nearest(flag, names)}', f"known: {', '.join(names)}")


def flags_of(store: Store, models: Mapping[str, str], changed: Mapping[str, float]) -> dict[int, dict[str, str]]:
    """The flags of the images of the plan, by number; `models` gives the scores, by metric.

    A metric without a model raises no flag: without safety nothing is flagged nsfw. `changed` as `thresholds` takes it.
    """
    limits = thresholds(changed)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    side = int(limits[TINY])
    for number, pixels in store.sides_under(side).items():
        found[number][TINY] = f"shorter side {pixels} px, under {side}"
    known = {item.metric: item.defect for item in _known().values() if item.metric in models}
    bounds = {(metric, models[metric]): _bounds(defect, limits[defect.flag]) for metric, defect in known.items()}
    for number, score in store.scores_outside(bounds):
        defect = known[score.metric]
        said = f"{score.metric} {score.value:.3g}, {defect.side} {limits[defect.flag]:g}"
        found[number][defect.flag] = said
    empty = {TINY, *(flag for flag, item in _known().items() if item.defect.nothing_else)}
    return {number: _telling(found[number], empty) for number in sorted(found)}


def _known() -> dict[str, _Known]:
    found = [(metric.name, metric.defect, metric.range) for metric in metrics().values() if metric.defect]
    return {defect.flag: _Known(name, defect, span) for name, defect, span in found}


def _bounds(defect: Defect, threshold: float) -> tuple[float, float]:
    return (threshold, float("inf")) if defect.side == "under" else (float("-inf"), threshold)


def _telling(flags: Mapping[str, str], empty: set[str]) -> dict[str, str]:
    """The flags that say something: of an empty image only that it is empty."""
    only = {flag: why for flag, why in flags.items() if flag in empty}
    return only or dict(sorted(flags.items()))


def barred(flags: FlagsOf, bar: tuple[str, ...]) -> dict[int, str]:
    """Why images are not to be chosen, by number: those with a flag of `bar`, or one that is never chosen."""
    never = {flag for flag, item in _known().items() if item.defect.never_chosen}
    unfit = {number: [f"flagged {flag} ({why})" for flag, why in found.items() if flag in {*never, *bar}]
             for number, found in flags.items()}  # fmt: skip
    return {number: " and ".join(found) for number, found in unfit.items() if found}
