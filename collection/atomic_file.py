"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from errno import EACCES, EPERM, EROFS
from pathlib import Path
from typing import BinaryIO

DEBRIS = ".writing-*"
"""What a killed process may leave behind; nobody reads such files."""

WAITING = 16
"""Files that wait for the disk at once."""
OPEN = 128
"""Files that are open at once: a process may have 256 where systems are strict."""
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

    Waiting for the disk takes most of the time of a small file. Here OPEN files are written first, then many wait at
    once, and the disk serves them together. Raises OSError where the disk refuses; what each path held before is then
    kept, or replaced as a whole.
    """
    mark = f".writing-{os.getpid()}-{os.urandom(4).hex()}"
    temporaries = {path: path.parent / f"{mark}-{place}" for place, path in enumerate(files)}
    pairs = [(temporaries[path], data) for path, data in files.items()]
    try:
        for folder in {path.parent for path in files}:
            folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(WAITING) as pool:
            for first in range(0, len(pairs), OPEN):
                _write_and_wait(pairs[first : first + OPEN], pool)
        for path, temporary in temporaries.items():
            temporary.replace(path)
    except BaseException:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
        raise


def _write_and_wait(files: Sequence[tuple[Path, bytes]], pool: ThreadPoolExecutor) -> None:
    """Write new files, and return when they are on the disk; each is opened once."""
    with ExitStack() as opened:
        numbers = []
        for path, data in files:
            file = opened.enter_context(path.open("xb", buffering=0))
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            numbers.append(file.fileno())
        shares = [numbers[place::WAITING] for place in range(min(WAITING, len(numbers)))]
        list(pool.map(_sync_each, shares))  # a share each, as handing over every file by itself takes longer


def _sync_each(numbers: Sequence[int]) -> None:
    for number in numbers:
        os.fsync(number)


def _temporary(path: Path) -> Path:
    return path.parent / f".writing-{os.getpid()}-{os.urandom(4).hex()}"


def write_durably(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`. Raises OSError where the disk refuses."""
    with durable_file(path) as file:
        file.write(data)
