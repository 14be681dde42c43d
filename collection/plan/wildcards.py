"""The entries of wildcard files, by the names that prompts and other files have for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from collection.errors import UsageError
from collection.plan.grammar import Parts, Wildcard, parse_entry
from collection.spelling import nearest

Option = tuple[float, Parts]
"""The weight of an entry, and the entry."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries that stand in a list of a JSON or YAML file, so that each may have several lines."""

    entries: tuple[str, ...]
    source: str
    """The file and the keys, for messages."""


Files = Mapping[str, str | Listed]
"""What prompts may name: the text of a file, an entry a line, or the entries of a list."""


def composed(name: str) -> str:
    """A name with its accents written in one way; macOS writes file names in another than most people type."""
    return unicodedata.normalize("NFC", name)


class Wildcards:
    """The entries of the wildcard files, by name ("sky/colours").

    An entry is a line; blank lines and lines that begin with # or // say nothing. Entries are read when first named.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, list[Option]] = {}

    def entries(self, wildcard: Wildcard) -> Sequence[Option]:
        """Every entry of the files that a name or pattern matches, files by name; raises UsageError if none is."""
        names = self._matching(wildcard)
        entries = [entry for name in names for entry in self._entries(name)]
        found = live(entries)
        if not found:
            why = "no entry with a weight above 0" if entries else "no entry"
            what = f"has {why}" if names else f"does not exist{nearest(wildcard.name, self._files)}"
            unread = "" if names else "".join(f"\n{why}" for why in self.unreadable)
            raise UsageError(
                f"{wildcard.position}: wildcard __{wildcard.name}__ {what}{unread}",
                f"write its entries into wildcards/{wildcard.name}.txt, one a line",
            )
        return found

    @property
    def unreadable(self) -> list[str]:
        """Why files that may have entries cannot be read, each by name."""
        found: list[str] = getattr(self._files, "unreadable", [])
        return found

    def _matching(self, wildcard: Wildcard) -> list[str]:
        """The files that a name or pattern matches; named in a file, also those of its folder and the folders above."""
        name, folder = composed(wildcard.name), wildcard.folder
        found = _matches(name, self._files)
        while not found and folder:
            found = _matches(f"{folder}/{name}", self._files)
            folder = folder.rpartition("/")[0]
        return found

    def _entries(self, name: str) -> list[Option]:
        if name not in self._read:
            file, folder = self._files[name], name.rpartition("/")[0]
            if isinstance(file, Listed):
                said = [(f"{file.source}, entry {number}", text) for number, text in enumerate(file.entries, 1)]
            else:
                lines = [(number, line.strip()) for number, line in enumerate(re.split("\r\n?|\n", file), 1)]
                kept = [(number, line) for number, line in lines if line and not line.startswith(("#", "//"))]
                said = [(f"{name}.txt:{number}", line) for number, line in kept]
            self._read[name] = [parse_entry(text, f"wildcards/{place}", folder) for place, text in said]
        return self._read[name]


def _matches(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that are the pattern, or that it matches as a shell would, sorted."""
    found = sorted(names)
    return [pattern] if pattern in found else [name for name in found if fnmatchcase(name, pattern)]


def live(options: Sequence[Option]) -> Sequence[Option]:
    """The options that can be drawn: those with a weight."""
    return [option for option in options if option[0] > 0]
