"""Names that recipes have for files and folders of this machine: what is published tells nothing of a disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePath

from collection.atomic_file import write_durably
from collection.errors import CollectionError

FILE = "paths.json"
"""In the project's folder: the path of each name on this machine. It is not published."""
_DIGITS = 12
"""Hex digits of a hash in a name."""


class Names:
    """The names of one project: the last part of a path, "@", and the beginning of the SHA-256 of what lies there.

    Paths inside the project are their own names, as are ids of a hub. Names of earlier configurations stay known.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the project's, from which relative paths begin."""
        self.folder = folder
        self._named: dict[str, str] = {}

    @cached_property
    def _paths(self) -> dict[str, str]:
        try:
            found = json.loads((self.folder / FILE).read_bytes())
        except (OSError, ValueError):
            return {}
        return {str(name): str(path) for name, path in found.items()} if isinstance(found, dict) else {}

    def name(self, text: str, identity: Callable[[Path], str]) -> str:
        """The name of what a configuration calls `text`; `identity` hashes it (raises CollectionError if it cannot).

        What is not there keeps the name that it had, or else its path.
        """
        if not _leaves(text):
            return text
        if text not in self._named:
            self._named[text] = self._new(text, identity)
        return self._named[text]

    def _new(self, text: str, identity: Callable[[Path], str]) -> str:
        path = self.folder / Path(text).expanduser()
        known = next((name for name, other in self._paths.items() if other == text), text)
        if not path.exists():
            return known
        try:
            name = f"{path.resolve().name}@{identity(path)[:_DIGITS]}"
        except CollectionError:
            return known
        if self._paths.get(name) != text:
            self._paths[name] = text
            with suppress(OSError):  # in a project that cannot be written, the configuration tells the path
                write_durably(self.folder / FILE, json.dumps(self._paths, indent=1).encode())
        return name

    def path(self, name: str) -> str:
        """What was called by that name on this machine; the name itself, if nothing was."""
        return self._paths.get(name, name)


def _leaves(text: str) -> bool:
    """Whether a text is a path that leads out of the project."""
    return text.startswith(("/", "~", "\\")) or ".." in PurePath(text).parts or PurePath(text).is_absolute()
