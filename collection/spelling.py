"""The word that somebody may have meant: the nearest one that is known, or the new name of an old one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

KEYS: Mapping[str, str] = {
    "generator.batch": "batch_size",
    "generator.ip_adapter_scale": "ip_adapter_scale",
    "generator.license": "license",
    "generator.switch": "switch_at",
    "publish.license": "license",
    "score.batch_size": "batch_size",
    "score.issues": "issues",
    "score.emotions": "emotions",
    "select.bar": "exclude",
    "series.switch_to": "switch_to",
}
"""Keys of collection.toml, with their tables, that have another name now."""
FIELDS: Mapping[str, str] = {
    "switch_to": "switch_to",
    "mask": "mask_image",
    "init_image": "init_image",
    "interpolation_target": "interpolation_target",
}
"""Fields of a recipe that have another name now."""
OPTIONS: Mapping[str, str] = {
    "batch": "batch_size", "ip_adapter_scale": "ip_adapter_scale", "switch": "switch_at", "t": "alpha",
}  # fmt: skip
"""Options of a recipe that have another name now."""
COMMANDS: Mapping[str, str] = {"top-up": "top-up", "repair": "inpaint", "variations": "variations"}
"""Commands that have another name now."""


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
