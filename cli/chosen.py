"""Which images the words of a command mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from collection.errors import UsageError

from .session import Session

Images = Annotated[
    list[str] | None,
    typer.Argument(metavar="IMAGES", help="Numbers, ranges, and queries as in the review room: 12 15-20 'quality>80'."),
]


def chosen(session: Session, words: Sequence[str]) -> list[int]:
    """The numbers of the images that the words mean, each once, in the order of the words.

    A word is a number (12), a range (15-20), of which those count that exist, or a query ('quality>80 is:unreviewed').
    Raises UsageError for a word that cannot be read or means no image, or no word at all.
    """
    if not words:
        raise UsageError("which images?", "give numbers, ranges or a query: 12 15-20 'quality>80'")
    known = set(session.project.store.numbers())
    if not known:
        raise UsageError("there are no images yet", "collection run makes them, and all that follows")
    found: dict[int, None] = {}
    for word in words:
        numbers = _numbers(session, word, known)
        if not numbers:
            raise UsageError(
                f"no image is meant by {word}", "`collection sheet --all` shows every image with its number"
            )
        found.update(dict.fromkeys(numbers))
    return list(found)


def _numbers(session: Session, word: str, known: set[int]) -> list[int]:
    parts = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", word)
    if not parts:
        return _found(session, word)
    first, last = int(parts[1]), int(parts[2] or parts[1])
    return sorted(number for number in known if first <= number <= last)


def _found(session: Session, query: str) -> list[int]:
    from collection.curate.search.find import find

    return find(session.project.catalogue().now(), query)
