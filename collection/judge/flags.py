"""Flags: which defects an image has, by thresholds on the numbers that are stored. Nothing is measured again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from collection.config import Flags
from collection.store.store import Store

UNFIT = ("blank", "nsfw")
"""Flags that keep an image out of the choice, whatever the configuration says."""

BELOW = {"blank": "contrast", "misexposed": "exposure", "blurred": "sharpness"}
"""Flags of images that score less than the threshold, and the metric of each."""
ABOVE = {"clipped": "clipping", "banded": "banding", "bordered": "borders", "text": "text", "nsfw": "nsfw"}
"""Flags of images that score more than it."""
EMPTY = ("tiny", "blank")
"""Where one of these holds, no other number says anything of the image."""

FlagsOf = Mapping[int, Mapping[str, str]]
"""The flags of each image that has any, by its number: name, and why in words."""


def flags_of(store: Store, models: Mapping[str, str], limits: Flags) -> dict[int, dict[str, str]]:
    """The flags of the images of the plan, by number; `models` gives the scores, by metric.

    A metric without a model raises no flag: without safety nothing is flagged nsfw.
    """
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for number, side in store.sides_under(limits.tiny).items():
        found[number]["tiny"] = f"shorter side {side} px, under {limits.tiny}"
    names = {metric: flag for flag, metric in (BELOW | ABOVE).items() if metric in models}
    bounds = {
        (metric, models[metric]): (getattr(limits, flag) if flag in BELOW else float("-inf"),
                                   getattr(limits, flag) if flag in ABOVE else float("inf"))
        for metric, flag in names.items()
    }  # fmt: skip
    for number, score in store.scores_outside(bounds):
        flag = names[score.metric]
        side_of = "under" if flag in BELOW else "over"
        found[number][flag] = f"{score.metric} {score.value:.3g}, {side_of} {getattr(limits, flag):g}"
    return {number: _telling(found[number]) for number in sorted(found)}


def _telling(flags: Mapping[str, str]) -> dict[str, str]:
    empty = {flag: why for flag, why in flags.items() if flag in EMPTY}
    return empty or dict(sorted(flags.items()))


def barred(flags: FlagsOf, bar: tuple[str, ...]) -> dict[int, str]:
    """Why images are not to be chosen, by number: those with a flag of UNFIT or of `bar`."""
    unfit = {number: [f"flagged {flag} ({why})" for flag, why in found.items() if flag in (*UNFIT, *bar)]
             for number, found in flags.items()}  # fmt: skip
    return {number: " and ".join(found) for number, found in unfit.items() if found}
