"""Content-addressed files: the name of a file is the SHA-256 of its bytes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from collection.errors import CollectionError
from collection.values import sha256_hex


def write_durably(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds either what it held before or all of it: temp file, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise CollectionError(
            f"cannot write {path}: {error.strerror}", "free some disk space, then run the same command again"
        ) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Files:
    """The folder `files/` of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, suffix: str = ".png") -> Path:
        """Where the file of that hash lies: two letters make a folder, so that none holds too many."""
        return self.folder / sha256[:2] / f"{sha256}{suffix}"

    def add(self, data: bytes, suffix: str = ".png") -> str:
        """Keep `data`; returns its SHA-256. Adding what is there already costs a look."""
        sha256 = sha256_hex(data)
        path = self.path(sha256, suffix)
        if not path.exists() or path.stat().st_size != len(data):
            write_durably(path, data)
        return sha256

    def read(self, sha256: str, suffix: str = ".png") -> bytes:
        """The bytes of that hash; raises CollectionError if they are gone or were changed."""
        path = self.path(sha256, suffix)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise CollectionError(
                f"{path} is missing", "run `collection generate`, which makes again what was lost"
            ) from None
        if sha256_hex(data) != sha256:
            raise CollectionError(f"{path} was changed: its bytes no longer have the hash of its name", f"rm {path}")
        return data
