"""The wildcard files of a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from collection.errors import ConfigError


class WildcardFiles(Mapping[str, str]):
    """The texts of the files in a folder, by the name that prompts write as __name__: their path without `.txt`.

    A file is read when its text is asked for, so that one which no prompt names stops nothing. Raises ConfigError,
    naming file and line, for one that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        found = sorted(folder.rglob("*.txt"))
        self._paths = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}

    def __getitem__(self, name: str) -> str:
        path = self._paths[name]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}", "make it readable, or remove it") from error
        try:
            return data.decode("utf-8-sig")  # some editors begin a text with a byte order mark
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise ConfigError(f"{path}:{line}: not UTF-8 text ({error.reason})", "save the file as UTF-8") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
