"""Content in pieces of one leaf, hashed on other processor cores while the next pieces are read."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from collection.errors import PinError
from collection.unixfs.profiles import Profile

AHEAD = 4
"""Pieces that are read before the first of them is hashed."""
_SMALL = 32 << 10
"""A piece of fewer bytes is hashed at once: to hand it over takes longer."""

Source = bytes | Path
"""Content, or the file that holds it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of content and where it is from."""

    source: Source
    start: int
    length: int
    """Bytes of content."""
    cid: bytes
    block: bytes | memoryview
    """Good until the next leaf is asked for."""


_Made = tuple[bytes, bytes | memoryview]
"""CID and block of a leaf."""
_Waiting = tuple[Source, int, memoryview, _Made | Future[_Made]]
"""Source, start, content, and what is made of it."""


def leaf_stream(sources: Iterable[Source], profile: Profile) -> Iterator[Leaf]:
    """The leaves of all sources in order, at most AHEAD of them in memory; `start` is 0 where a source begins.

    Each source is read once; nothing is one empty leaf. The block of a leaf is good until the next leaf is asked for:
    large files are read into the same few buffers again and again. Raises PinError for a file that cannot be read.
    """
    waiting: deque[_Waiting] = deque()
    spare = list[bytearray]()
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for source in sources:
            if not waiting and isinstance(source, bytes) and len(source) < min(_SMALL, profile.chunk):
                yield Leaf(source, 0, len(source), *profile.leaf(source))
                continue
            for place, chunk in enumerate(_chunks(source, profile.chunk, spare)):
                small = len(chunk) < _SMALL
                made = profile.leaf(chunk) if small else pool.submit(profile.leaf, chunk)
                waiting.append((source, place * profile.chunk, chunk, made))
                if len(waiting) > AHEAD:
                    yield from _hashed(waiting.popleft(), spare)
        while waiting:
            yield from _hashed(waiting.popleft(), spare)


def _hashed(waiting: _Waiting, spare: list[bytearray]) -> Iterator[Leaf]:
    """The leaf, once it is hashed; then its buffer is free for another piece."""
    source, start, chunk, made = waiting
    yield Leaf(source, start, len(chunk), *(made if isinstance(made, tuple) else made.result()))
    if isinstance(chunk.obj, bytearray):
        spare.append(chunk.obj)


def _chunks(source: Source, size: int, spare: list[bytearray]) -> Iterator[memoryview]:
    """The content in pieces of `size` bytes (the last may be shorter), in spare buffers as far as there are any;
    nothing is one empty piece."""
    if isinstance(source, bytes):
        yield from _cut(source, size)
        return
    with opened(source) as file:
        if os.fstat(file.fileno()).st_size < size:
            yield from _cut(file.read(), size)  # to make room for a whole piece takes longer than to read a small file
            return
        count = place = 0
        while place == 0 or count == size:
            buffer = memoryview(spare.pop() if spare else bytearray(size))
            count = file.readinto(buffer)
            if count or place == 0:
                yield buffer[:count]
            place += 1


def _cut(whole: bytes, size: int) -> Iterator[memoryview]:
    view = memoryview(whole)
    yield from (view[start : start + size] for start in range(0, max(len(view), 1), size))


class UnreadableError(PinError):
    """A file that is to be stored cannot be read."""


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file, open for reading; PinError where it cannot be read."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}", "run `collection status`") from error
