"""Content-addressed files: the name of a file is the SHA-256 of its bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from collection.atomic_file import DEBRIS, durable_file, way_to_write, write_durably, write_together
from collection.errors import UnavailableError
from collection.values import sha256_hex

MADE_AGAIN = "`collection doctor --repair` reads it back, or makes it again"
"""What helps where a file is gone."""


class Files:
    """The folder `files/` of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, suffix: str = ".png") -> Path:
        """Where the file of that hash lies: two letters make a folder, so that none holds too many."""
        return Path(self._place(sha256, suffix))

    def _place(self, sha256: str, suffix: str) -> str:
        """The same as text: of ten thousand files, paths as objects take as long as opening them."""
        return f"{self.folder}/{sha256[:2]}/{sha256}{suffix}"

    def names(self, suffix: str = ".png") -> set[str]:
        """The hash of every file there is, from the folders' lists alone."""
        return {entry.name.removesuffix(suffix) for entry in self._entries(suffix)}

    def sizes(self, suffix: str = ".png") -> dict[str, int]:
        """The bytes of every file there is, by its hash; no file is read."""
        return {entry.name.removesuffix(suffix): entry.stat().st_size for entry in self._entries(suffix)}

    def _entries(self, suffix: str) -> list[os.DirEntry[str]]:
        if not self.folder.is_dir():
            return []
        folders = [entry for entry in os.scandir(self.folder) if entry.is_dir()]
        return [entry for folder in folders for entry in os.scandir(folder) if entry.name.endswith(suffix)]

    def add(self, data: bytes, suffix: str = ".png") -> str:
        """Keep `data`; returns its SHA-256. A file that is there already is read, and written anew if it is damaged.

        Raises UnavailableError where the disk refuses.
        """
        sha256 = sha256_hex(data)
        path = self.path(sha256, suffix)
        if not path.exists() or path.read_bytes() != data:
            try:
                write_durably(path, data)
            except OSError as error:
                raise UnavailableError(f"cannot write {path}: {error.strerror}", way_to_write(error)) from error
        return sha256

    def add_all(self, contents: Sequence[bytes], suffix: str = ".png") -> list[str]:
        """Keep each of `contents`, together; returns their SHA-256 in order. See `add`."""
        names = [sha256_hex(data) for data in contents]
        wanted = {self._place(name, suffix): data for name, data in zip(names, contents, strict=True)}
        new = {place: data for place, data in wanted.items() if _size(place) != len(data)}
        try:
            write_together(new)
        except OSError as error:
            raise UnavailableError(
                f"cannot write below {self.folder}: {error.strerror}",
                way_to_write(error),
            ) from error
        return names

    def add_file(self, source: Path, suffix: str) -> str:
        """Keep a copy of a file of any size; returns its SHA-256. Raises UnavailableError where the disk refuses."""
        from collection.models.weights import file_sha256

        sha256 = file_sha256(source)
        path = self.path(sha256, suffix)
        if not path.exists() or file_sha256(path) != sha256:
            try:
                with source.open("rb") as original, durable_file(path) as copy:
                    shutil.copyfileobj(original, copy, 2**20)
            except OSError as error:
                raise UnavailableError(
                    f"cannot copy {source} to {path}: {error.strerror}",
                    way_to_write(error),
                ) from error
        return sha256

    def read(self, sha256: str, suffix: str = ".png") -> bytes:
        """The bytes of that hash; raises UnavailableError if they are gone or were changed."""
        place = self._place(sha256, suffix)
        try:
            with FileIO(place) as file:
                data = file.readall()
        except FileNotFoundError:
            raise UnavailableError(
                f"{place} is missing",
                MADE_AGAIN,
            ) from None
        if sha256_hex(data) != sha256:
            raise UnavailableError(
                f"{place} was changed: its bytes no longer have the hash of its name",
                "collection doctor --repair",
            )
        return data

    def sweep(self) -> None:
        """Remove what killed writers left. Only for who is alone in the project."""
        for debris in self.folder.glob(f"*/{DEBRIS}"):
            debris.unlink(missing_ok=True)


def _size(place: str) -> int | None:
    """Bytes of a file; None where there is none."""
    try:
        return os.stat(place).st_size  # noqa: PTH116 (as in `_place`)
    except OSError:
        return None
