"""Small copies of the pictures for people to look through. They can be deleted: they follow from the files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from collection.atomic_file import way_to_write
from collection.errors import UnavailableError

SIDES = (256, 1024)
"""Pixels of the longer side: one for walls of pictures, one for a picture looked at alone."""


class Thumbnails:
    """The folder `thumbs/` of a project: WebP files, named by the hash of the file they show."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, file_sha256: str, side: int) -> Path:
        """Where the copy of that file lies, in one of SIDES: thumbs/256/ab/ab12....webp."""
        return self.folder / str(side) / file_sha256[:2] / f"{file_sha256}.webp"

    def add(self, file_sha256: str, copies: Mapping[int, bytes]) -> None:
        """Keep the copies of a file, by their side. Raises UnavailableError where the disk refuses."""
        for side, data in copies.items():
            path = self.path(file_sha256, side)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary = path.with_name(f".writing-{os.getpid()}-{os.urandom(4).hex()}")
                temporary.write_bytes(data)  # no fsync: what can be made again need not survive a power cut
                temporary.replace(path)
            except OSError as error:
                raise UnavailableError(f"cannot write {path}: {error.strerror}", way_to_write(error)) from error
