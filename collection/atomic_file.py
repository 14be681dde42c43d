"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from errno import EACCES, EPERM, EROFS
from pathlib import Path
from typing import BinaryIO

DEBRIS = ".writing-*"
"""What a killed process may leave behind; nobody reads such files."""

WAITING = 16
"""Files that wait for the disk at once."""
DENIED = (EACCES, EPERM, EROFS)
"""Errors of a file or a folder that this account may not use."""


def way_to_write(error: OSError) -> str:
    """What a person can do where something could not be written."""
    way = "make the folder writable for your account" if error.errno in DENIED else "free some disk space"
    return f"{way}, then run the same command again"


@contextmanager
def durable_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write in; at the end `path` holds all of it, and after a failure what it held before.

    A temporary file beside it, fsync, rename. Raises OSError where the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Make each value the content of its path; returns when all of them are on the disk.

    Waiting for the disk takes most of the time of a small file. Here all are written first, then many wait at once,
    and the disk serves them together. Raises OSError where the disk refuses; what each path held before is then kept,
    or replaced as a whole.
    """
    temporaries = {path: _temporary(path) for path in files}
    try:
        for folder in {path.parent for path in files}:
            folder.mkdir(parents=True, exist_ok=True)
        for path, temporary in temporaries.items():
            with temporary.open("xb") as file:
                file.write(files[path])
        written = list(temporaries.values())
        shares = [written[place::WAITING] for place in range(min(WAITING, len(written)))]
        with ThreadPoolExecutor(WAITING) as pool:  # a share each, as handing over every file by itself takes longer
            list(pool.map(_sync_each, shares))
        for path, temporary in temporaries.items():
            temporary.replace(path)
    except BaseException:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
        raise


def _temporary(path: Path) -> Path:
    return path.parent / f".writing-{os.getpid()}-{os.urandom(4).hex()}"


def _sync_each(paths: Sequence[Path]) -> None:
    for path in paths:
        with path.open("rb+", buffering=0) as file:
            os.fsync(file.fileno())


def write_durably(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`. Raises OSError where the disk refuses."""
    with durable_file(path) as file:
        file.write(data)
