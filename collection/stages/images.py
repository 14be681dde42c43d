"""Which images are meant: by numbers, ranges, and queries as in the review room."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collection.errors import UsageError
from collection.project import Project
from collection.stages.judges import judges_of


def numbers_of(project: Project, words: Sequence[str]) -> list[int]:
    """The numbers of the images that the words mean, each once, in the order of the words.

    A word is a number (12), a range (15-20), of which those count that exist, or a query ('quality>80 is:unreviewed').
    Raises UsageError for a word that cannot be read or means no image, or no word at all.
    """
    if not words:
        raise UsageError("which images?", "give numbers, ranges or a query: 12 15-20 'quality>80'")
    known = set(project.store.numbers())
    if not known:
        raise UsageError("there are no images yet", "collection run makes them, and all that follows")
    found: dict[int, None] = {}
    for word in words:
        numbers = _numbers(project, word, known)
        if not numbers:
            raise UsageError(
                f"no image is meant by {word}", "`collection sheet --all` shows every image with its number"
            )
        found.update(dict.fromkeys(numbers))
    return list(found)


def queried(project: Project, query: str) -> list[int]:
    """The numbers of the images that a query means, in its order; "" means all. Raises UsageError as `find` does."""
    from collection.curate.search.find import find

    return find(judges_of(project).catalogue.now(), query)


def _numbers(project: Project, word: str, known: set[int]) -> list[int]:
    parts = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", word)
    if not parts:
        return queried(project, word)
    first, last = int(parts[1]), int(parts[2] or parts[1])
    return sorted(number for number in known if first <= number <= last)
