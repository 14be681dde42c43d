"""The words that a generator can paint, for one that reads a fixed vocabulary and not whatever is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """What a generator makes of a text."""

    features: Mapping[str, str]
    """What the text decides of the picture, by the names under which the generator reports it (Light: Night)."""
    unknown: tuple[str, ...] = ()
    """Words of the text that cannot be painted, in lower case and in their order, each once."""


class Vocabulary(Protocol):
    """The words of a generator. What no word decides, the seed does."""

    @property
    def words(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """For each feature and each of its values the words that decide on it."""
        ...

    def read(self, text: str) -> Reading:
        """What a prompt, or a part of one, decides."""
        ...
