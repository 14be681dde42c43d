"""Blocks as they come, in one file that only grows, so that a killed rescue goes on with what it has."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import BinaryIO, Self

from collection.errors import PinError
from collection.unixfs.car import LARGEST_BLOCK
from collection.unixfs.cid import LENGTH, cid_text, has_hash, leading_cid, read_varint, varint

_LONGEST_VARINT = 10


class BlockLog:
    """A file of sections as CAR files have them: length, CID, block. Threads may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.path = path
        self._lock, self._places = Lock(), dict[bytes, tuple[int, int]]()
        self._file: BinaryIO = path.open("r+b")
        self._end = self._read_places(path.stat().st_size)
        self._file.truncate(self._end)  # a block that was being written when the process was killed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, cid: object) -> bool:
        return cid in self._places

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError if it is not here, or was damaged."""
        with self._lock:
            if cid not in self._places:
                raise PinError(f"block {cid_text(cid)} is not here")
            start, length = self._places[cid]
            self._file.seek(start)
            block = self._file.read(length)
        if not has_hash(cid, block):
            raise PinError(f"{self.path} is damaged at byte {start}", "delete the file, then run the command again")
        return block

    def add(self, cid: bytes, block: bytes) -> None:
        """Keep a block that was checked against its CID."""
        with self._lock:
            if cid in self._places:
                return
            head = varint(len(cid) + len(block)) + cid
            self._file.seek(self._end)
            self._file.write(head + block)
            self._file.flush()
            self._places[cid] = (self._end + len(head), len(block))
            self._end += len(head) + len(block)

    def _read_places(self, size: int) -> int:
        """Find every block; returns where the last whole one ends."""
        at = 0
        while at < size:
            self._file.seek(at)
            head = self._file.read(_LONGEST_VARINT + LENGTH)
            try:
                length, used = read_varint(head, 0)
                cid = leading_cid(head[used:])
            except (ValueError, PinError):
                break
            end = at + used + length
            if length > LARGEST_BLOCK + LENGTH or end > size:
                break
            self._places[cid] = (at + used + len(cid), length - len(cid))
            at = end
        return at
