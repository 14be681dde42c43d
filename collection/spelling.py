"""The word that somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean NAME?" for the nearest known word, or nothing if none is near: to end a message with."""
    found = did_you_mean(word, known)
    return f"; {found}" if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean NAME?" for the nearest known word in whatever case, or nothing if none is near: as a hint."""
    names = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), names, 1, 0.5)
    return f"did you mean {names[found[0]]}?" if found else ""
