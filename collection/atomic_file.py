"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from errno import EACCES, EEXIST, EISDIR, ENOTDIR, ENOTEMPTY, EPERM, EROFS
from functools import cache
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

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
IN_THE_WAY = (EEXIST, EISDIR, ENOTDIR, ENOTEMPTY)
"""Errors of a path where a folder lies in the place of a file, or a file in that of a folder."""


def way_to_write(error: OSError) -> str:
    """What a person can do where something could not be written."""
    if error.errno in IN_THE_WAY:
        return "move away what lies there, then run the same command again"
    way = "make the folder writable for your account" if error.errno in DENIED else "free some disk space"
    return f"{way}, then run the same command again"


@contextmanager
def durable_file(path: Path, *, large: bool = False, wait: bool = True) -> Iterator[BinaryIO]:
    """A file to write in; at the end `path` holds all of it, and after a failure what it held before.

    A temporary file beside it, fsync, rename; of a `large` one the disk takes the beginning while the rest is made.
    Without `wait` there is no fsync: after a power cut the file may be cut off, so its reader must be able to tell.
    Raises OSError where the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("xb") as file:
            with _written_early(file) if large and wait else nullcontext():
                yield file
            file.flush()
            if wait:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def wait_for_disk(path: Path) -> None:
    """Return when all of a file is on the disk. Raises OSError where the disk refuses."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


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


def write_together(files: Mapping[str, bytes]) -> None:
    """Make each value the content of its path, all on one file system; returns when all of them are on the disk.

    Waiting for the disk takes most of the time of a small file. More than OPEN files are written first, and then the
    disk takes all that it was given at once; of fewer, many wait at once. Raises OSError where the disk refuses; what
    each path held before is then kept, or replaced as a whole.
    """
    mark = f".writing-{os.getpid()}-{os.urandom(4).hex()}"
    pairs = [(f"{_folder(path)}/{mark}-{place}", data) for place, (path, data) in enumerate(files.items())]
    sync = whole_disk_sync() if len(pairs) > OPEN else None
    try:
        if sync:
            _write_then(sync, pairs)
        else:
            with ThreadPoolExecutor(WAITING) as pool:
                for first in range(0, len(pairs), OPEN):
                    _write_and_wait(pairs[first : first + OPEN], pool)
        for path, (temporary, _) in zip(files, pairs, strict=True):
            os.replace(temporary, path)  # noqa: PTH105 (of ten thousand files, objects of paths take as long)
    except BaseException:
        for temporary, _ in pairs:
            with suppress(OSError):
                Path(temporary).unlink()
        raise


@cache
def whole_disk_sync() -> Callable[[int], None] | None:
    """What has the disk take all that was written on the file system of an open file, as Linux does since 5.8 with
    word of a refusal (`syncfs`, of writes since that file was opened); None on other systems."""
    version = re.match(r"(\d+)\.(\d+)", os.uname().release) if sys.platform == "linux" else None
    if version is None or (int(version[1]), int(version[2])) < (5, 8):
        return None
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return None

    def sync(number: int) -> None:
        if call(number):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return sync


def _write_then(sync: Callable[[int], None], files: Sequence[tuple[str, bytes]]) -> None:
    """Write new files, and return when the disk has taken them with one `sync`."""
    (path, data), *rest = files
    first = _new_file(path, data)
    try:
        for path, data in rest:
            os.close(_new_file(path, data))
        sync(first)
    finally:
        os.close(first)


def _write_and_wait(files: Sequence[tuple[str, bytes]], pool: ThreadPoolExecutor) -> None:
    """Write new files, and return when they are on the disk; each is opened once."""
    numbers = list[int]()
    try:
        numbers.extend(_new_file(path, data) for path, data in files)
        shares = [numbers[place::WAITING] for place in range(min(WAITING, len(numbers)))]
        list(pool.map(_sync_each, shares))  # a share each, as handing over every file by itself takes longer
    finally:
        for number in numbers:
            os.close(number)


def _new_file(path: str, data: bytes) -> int:
    """Write a new file, in a folder that is made where there is none; returns its number, still open."""
    try:
        number = os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        Path(_folder(path)).mkdir(parents=True, exist_ok=True)
        number = os.open(path, _NEW, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(number, left) :]
    except BaseException:
        os.close(number)
        raise
    return number


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _sync_each(numbers: Sequence[int]) -> None:
    for number in numbers:
        os.fsync(number)


def _temporary(path: Path) -> Path:
    return path.parent / f".writing-{os.getpid()}-{os.urandom(4).hex()}"


def write_durably(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`. Raises OSError where the disk refuses."""
    with durable_file(path) as file:
        file.write(data)
