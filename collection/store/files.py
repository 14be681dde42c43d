"""Content-addressed files: the name of a file is the SHA-256 of its bytes."""

from __future__ import annotations

import os
from pathlib import Path

from collection.atomic_file import DEBRIS, write_durably
from collection.errors import CollectionError
from collection.values import sha256_hex


class Files:
    """The folder `files/` of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, suffix: str = ".png") -> Path:
        """Where the file of that hash lies: two letters make a folder, so that none holds too many."""
        return self.folder / sha256[:2] / f"{sha256}{suffix}"

    def names(self, suffix: str = ".png") -> set[str]:
        """The hash of every file there is, from the folders' lists alone."""
        if not self.folder.is_dir():
            return set()
        folders = [entry for entry in os.scandir(self.folder) if entry.is_dir()]
        names = (entry.name for folder in folders for entry in os.scandir(folder))
        return {name.removesuffix(suffix) for name in names if name.endswith(suffix)}

    def add(self, data: bytes, suffix: str = ".png") -> str:
        """Keep `data`; returns its SHA-256. Adding what is there already costs a look.

        Raises CollectionError where the disk refuses.
        """
        sha256 = sha256_hex(data)
        path = self.path(sha256, suffix)
        if not path.exists() or path.stat().st_size != len(data):
            try:
                write_durably(path, data)
            except OSError as error:
                raise CollectionError(
                    f"cannot write {path}: {error.strerror}", "free some disk space, then run the same command again"
                ) from error
        return sha256

    def read(self, sha256: str, suffix: str = ".png") -> bytes:
        """The bytes of that hash; raises CollectionError if they are gone or were changed."""
        path = self.path(sha256, suffix)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise CollectionError(
                f"{path} is missing",
                "`collection generate` makes again what was lost, `collection import` fetches it again",
            ) from None
        if sha256_hex(data) != sha256:
            raise CollectionError(f"{path} was changed: its bytes no longer have the hash of its name", f"rm {path}")
        return data

    def sweep(self) -> None:
        """Remove what killed writers left. Only for who is alone in the project."""
        for debris in self.folder.glob(f"*/{DEBRIS}"):
            debris.unlink(missing_ok=True)
