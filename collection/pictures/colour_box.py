"""Colours told in a `colr` box: of JPEG 2000 (ISO/IEC 15444-1, I.5.3.3) and of AVIF (ISO/IEC 14496-12, 12.1.5).

Pillow hands on neither the profile of the first nor the code points of the second.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_WAYS = ((b"jp2h",), (b"meta", b"iprp", b"ipco"))
"""The boxes in which the box lies, in one format and in the other."""


def box_profile(data: bytes) -> bytes:
    """The ICC profile of a JPEG 2000 file; empty if there is none."""
    return next((body[3:] for body in _colour_boxes(data) if body[:1] in (b"\2", b"\3")), b"")


def box_code_points(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer of an AVIF file, by ITU-T H.273; None where it leaves them open, or has no such box."""
    body = next((body for body in _colour_boxes(data) if body[:4] == b"nclx" and len(body) >= 8), b"")
    primaries, transfer = struct.unpack_from(">HH", body, 4) if body else (_OPEN, _OPEN)
    return None if _OPEN in (primaries, transfer) else (primaries, transfer)


_OPEN = 2
"""What H.273 calls unspecified."""


def _colour_boxes(data: bytes) -> Iterator[bytes]:
    if data[4:8] in (b"jP  ", b"ftyp"):
        for way in _WAYS:
            yield from _within(data, 0, len(data), (*way, b"colr"))


def _within(data: bytes, begin: int, end: int, way: tuple[bytes, ...]) -> Iterator[bytes]:
    """The bodies of the boxes at the end of a way."""
    while begin + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1 and begin + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, begin + 8)
            head = 16
        stop = end if size == 0 else begin + size
        if size and (size < head or stop > end):
            return
        if kind == way[0]:
            inside = begin + head + (4 if kind == b"meta" else 0)
            yield from [data[inside:stop]] if len(way) == 1 else _within(data, inside, stop, way[1:])
        begin = stop
