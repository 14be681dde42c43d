"""Command lines that people are told to type, for the project that they named with -C."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from shlex import quote

_named: Path | None = None
_PLACELESS = frozenset({"new"})
"""Commands that need no project, and make one where they are told."""


def name_project(folder: Path | None) -> None:
    """Remember what -C names; None: nothing, and the project is this folder."""
    global _named
    _named = folder


def typed(text: str) -> str:
    """A text in which each command line that names no project names the one of -C."""
    if _named is None or "collection " not in text:
        return text
    return _commands().sub(f"collection -C {quote(str(_named))} ", text)


@cache
def _commands() -> re.Pattern[str]:
    """`collection ` before the name of a command."""
    from .commands import COMMANDS

    names = {name for members in COMMANDS.values() for name in members} - _PLACELESS
    return re.compile(rf"(?<![\w/.-])collection (?=(?:{'|'.join(sorted(map(re.escape, names)))})(?![\w-]))")
