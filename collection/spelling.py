"""The word that somebody may have meant: the nearest one that is known, or the new name of an old one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

KEYS: Mapping[str, str] = {
    "generator.batch": "batch_size",
    "generator.ip_scale": "ip_adapter_scale",
    "generator.licence": "license",
    "generator.switch": "switch_at",
    "publish.licence": "license",
    "score.batch": "batch_size",
    "score.flags": "issues",
    "score.moods": "emotions",
    "select.bar": "exclude",
    "series.late_blend": "switch_to",
}
"""Keys of collection.toml, with their tables, that have another name now."""
FIELDS: Mapping[str, str] = {
    "late_blend": "switch_to",
    "mask": "mask_image",
    "sketch": "init_image",
    "toward": "interpolation_target",
}
"""Fields of a recipe that have another name now."""
OPTIONS: Mapping[str, str] = {
    "batch": "batch_size", "ip_scale": "ip_adapter_scale", "switch": "switch_at", "t": "alpha",
}  # fmt: skip
"""Options of a recipe that have another name now."""
COMMANDS: Mapping[str, str] = {"refill": "top-up", "repair": "inpaint", "variants": "variations"}
"""Commands that have another name now."""
ISSUES: Mapping[str, str] = {"misexposed": "dark or overexposed"}
"""Issues that have another name now."""
METRICS: Mapping[str, str] = {"taste": "learned-preference"}
"""Metrics that have another name now."""


def renamed_metric(name: str) -> str:
    """ "it is called NAME now" for the old name of a metric, with what follows its colon, or else nothing."""
    stem, colon, part = name.partition(":")
    return f"it is called {METRICS[stem]}{colon}{part} now" if stem in METRICS else ""


def nearest(word: str, known: Iterable[str], renamed: Mapping[str, str] | None = None) -> str:
    """ "; did you mean NAME?" for the nearest known word, or nothing if none is near: to end a message with.

    For a word of `renamed` it is "; it is called NAME now".
    """
    if renamed and word in renamed:
        return f"; it is called {renamed[word]} now"
    found = did_you_mean(word, known)
    return f"; {found}" if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean NAME?" for the nearest known word in whatever case, or nothing if none is near: as a hint."""
    names = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), names, 1, 0.5)
    return f"did you mean {names[found[0]]}?" if found else ""
