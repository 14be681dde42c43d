"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from errno import EACCES, EEXIST, EISDIR, ENOTDIR, ENOTEMPTY, EPERM, EROFS
from pathlib import Path
from threading import Event
from typing import BinaryIO

DEBRIS = ".writing-*"
"""What a killed process may leave behind; nobody reads such files."""

WAITING = 16
"""Files that wait for the disk at once."""
OPEN = 128
"""Files that are open at once: a process may have 256 where systems are strict."""
EARLY = 0.1
"""Seconds after which the disk is given what there is of a large file."""
DENIED = (EACCES, EPERM, EROFS)
"""Errors of a file or a folder that this account may not use."""

IN_THE_WAY = (EEXIST, EISDIR, ENOTDIR, ENOTEMPTY)
"""Errors of a path where a folder lies in the place of a file, or a file in that of a folder."""


def way_to_write(error: OSError) -> str:
    """What a person can do where something could not be written."""
    if error.errno in IN_THE_WAY:
        return "move away what lies there, then run the same command again"
    way = "make the folder writable for your account" if error.errno in DENIED else "free some disk space"
    return f"{way}, then run the same command again"


@contextmanager
def durable_file(path: Path, *, large: bool = False) -> Iterator[BinaryIO]:
    """A file to write in; at the end `path` holds all of it, and after a failure what it held before.

    A temporary file beside it, fsync, rename; of a `large` one the disk takes the beginning while the rest is made.
    Raises OSError where the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("xb") as file:
            with _written_early(file) if large else nullcontext():
                yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _written_early(file: BinaryIO) -> Iterator[None]:
    """Have the disk take what is in a file already, again and again, while more of it is made."""
    ended = Event()

    def sync() -> None:
        while not ended.wait(EARLY):
            os.fsync(file.fileno())

    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(sync)
        try:
            yield
        finally:
            ended.set()
    synced.result()  # a refusal of the disk is told once only, to whoever asks first


def write_together(files: Mapping[Path, bytes]) -> None:
    """Make each value the content of its path; returns when all of them are on the disk.

    Waiting for the disk takes most of the time of a small file. Here OPEN files are written first, then many wait at
    once, and the disk serves them together. Raises OSError where the disk refuses; what each path held before is then
    kept, or replaced as a whole.
    """
    mark = f".writing-{os.getpid()}-{os.urandom(4).hex()}"
    temporaries = [Path(f"{path.parent}/{mark}-{place}") for place, path in enumerate(files)]
    pairs = list(zip(temporaries, files.values(), strict=True))
    try:
        for folder in {path.parent for path in files}:
            folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(WAITING) as pool:
            for first in range(0, len(pairs), OPEN):
                _write_and_wait(pairs[first : first + OPEN], pool)
        for path, temporary in zip(files, temporaries, strict=True):
            temporary.replace(path)
    except BaseException:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)
        raise


def _write_and_wait(files: Sequence[tuple[Path, bytes]], pool: ThreadPoolExecutor) -> None:
    """Write new files, and return when they are on the disk; each is opened once."""
    numbers = list[int]()
    try:
        for path, data in files:
            numbers.append(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            left = memoryview(data)
            while left:
                left = left[os.write(numbers[-1], left) :]
        shares = [numbers[place::WAITING] for place in range(min(WAITING, len(numbers)))]
        list(pool.map(_sync_each, shares))  # a share each, as handing over every file by itself takes longer
    finally:
        for number in numbers:
            os.close(number)


def _sync_each(numbers: Sequence[int]) -> None:
    for number in numbers:
        os.fsync(number)


def _temporary(path: Path) -> Path:
    return path.parent / f".writing-{os.getpid()}-{os.urandom(4).hex()}"


def write_durably(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`. Raises OSError where the disk refuses."""
    with durable_file(path) as file:
        file.write(data)
