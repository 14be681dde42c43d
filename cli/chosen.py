"""Which images the words of a command mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from collection.errors import UsageError

from .session import Session

Images = Annotated[list[str] | None, typer.Argument(metavar="IMAGES", help="Numbers and ranges: 12 15-20.")]


def chosen(session: Session, words: Sequence[str]) -> list[int]:
    """The numbers of the images that the words mean, each once, in the order of the words.

    A word is a number (12) or a range (15-20), of which those count that exist. Raises UsageError for any other, a
    number that no image has, or no word at all.
    """
    if not words:
        raise UsageError("which images?", "give numbers and ranges: 12 15-20")
    known = set(session.project.store.numbers())
    found: dict[int, None] = {}
    for word in words:
        numbers = _numbers(word, known)
        if not numbers:
            raise UsageError(
                f"no image is meant by {word}", "`collection sheet --all` shows every image with its number"
            )
        found.update(dict.fromkeys(numbers))
    return list(found)


def _numbers(word: str, known: set[int]) -> list[int]:
    parts = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", word)
    if not parts:
        raise UsageError(f"{word} is neither a number nor a range", "12, or 15-20")
    first, last = int(parts[1]), int(parts[2] or parts[1])
    return sorted(number for number in known if first <= number <= last)
