"""The chunks of a PNG file (PNG 3.0, section 5): the texts and the colour profile beside the pixels.

Pillow refuses a whole picture for one long text or one wrong checksum. Here those cost themselves.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from collection.errors import ImageError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONGEST_TEXT = 1 << 20
"""Bytes of a compressed text once it is unpacked; many readers refuse a picture with a longer one."""
LARGEST_UNPACKED = 1 << 24
"""Bytes; a text or profile that unpacks to more is not read."""
TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PROFILE, _END = b"iCCP", b"IEND"
_COLOUR_TYPE = 25
"""Where the header tells it: 0 is grey, 2 RGB."""
_LEAST = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"pHYs": 9}
_FRAMES = frozenset({b"acTL", b"fcTL", b"fdAT"})
"""Chunks of an animation, which are ancillary and yet pixels."""


class Chunk(NamedTuple):
    """A chunk, and the bytes of the file it takes: from `begin` to `end`."""

    kind: bytes
    body: bytes
    sound: bool
    """Whether its checksum is right, and it is not shorter than its kind."""
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Split:
    """A PNG file taken apart."""

    pixels: bytes
    """The file without texts, profile and broken ancillary chunks."""
    profile: bytes = b""
    """The ICC profile; empty if there is none, or none that can be unpacked."""
    notes: tuple[str, ...] = ()
    """What is broken or too long for other readers, and is left out."""


def read_chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG file, as far as they are whole."""
    place = len(SIGNATURE)
    while data.startswith(SIGNATURE) and place + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + size
        if end > len(data) or not kind.isalpha():
            return
        right = zlib.crc32(memoryview(data)[place + 4 : end - 4]) == struct.unpack_from(">I", data, end - 4)[0]
        body = b"" if _is_pixels(kind) else data[place + 8 : end - 4]
        yield Chunk(kind, body, right and size >= _least(kind, data[_COLOUR_TYPE]), place, end)
        place = end


def _is_pixels(kind: bytes) -> bool:
    return kind[:1].isupper() or kind in _FRAMES


def _least(kind: bytes, colour_type: int) -> int:
    """Bytes that a chunk of this kind has at least; readers refuse a picture with a shorter one."""
    return {0: 2, 2: 6}.get(colour_type, 1) if kind == b"tRNS" else _LEAST.get(kind, 0)


def split(data: bytes) -> Split:
    """Take a picture file apart; one that is no PNG is all pixels."""
    kept, place, profile, notes, ended = [], 0, b"", [], not data.startswith(SIGNATURE)
    for chunk in read_chunks(data):
        ended |= chunk.kind == _END
        if _is_pixels(chunk.kind):
            notes += [] if chunk.sound else [f"a wrong checksum ({_named(chunk)}) was mended"]
            continue
        if chunk.sound and chunk.kind not in TEXTS and chunk.kind != _PROFILE:
            continue
        kept.append(data[place : chunk.begin])
        place = chunk.end
        try:
            if not chunk.sound:
                raise ImageError("broken")
            if chunk.kind == _PROFILE:
                profile = unpack(chunk.body.partition(b"\0")[2][1:])
            elif _is_long(chunk):
                raise ImageError("too long")
        except ImageError as error:
            what = {_PROFILE: "colour profile"}.get(chunk.kind, "text" if chunk.kind in TEXTS else "chunk")
            notes.append(f"its {error.message} {what} ({_named(chunk)}) left out")
    if not ended:
        notes.append("its missing end was added")
    return Split(b"".join([*kept, data[place:]]) if kept else data, profile, tuple(notes))


def read_text(chunk: Chunk, *, by_standard: bool = False) -> tuple[str, str]:
    """The keyword and the text of a text chunk; raises ImageError if it cannot be unpacked.

    The standard asks for Latin-1 in tEXt and zTXt. Many tools write UTF-8, which is taken where it fits, unless the
    writer is known to go `by_standard`.
    """
    key, _, rest = chunk.body.partition(b"\0")
    if chunk.kind == b"zTXt":
        rest = unpack(rest[1:])
    elif chunk.kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
        rest = unpack(rest) if packed else rest
    latin1 = by_standard and chunk.kind != b"iTXt"
    return key.decode("latin-1"), rest.decode("latin-1") if latin1 else utf8_or_latin1(rest)


def utf8_or_latin1(data: bytes) -> str:
    """The text of some bytes: UTF-8 where they are that, else Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unpack(data: bytes, most: int = LARGEST_UNPACKED) -> bytes:
    """What zlib packed; raises ImageError ("broken", "too long") for what it did not, or for more than `most` bytes."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, most)
    except zlib.error:
        raise ImageError("broken") from None
    if unpacker.unconsumed_tail:
        raise ImageError("too long")
    if not unpacker.eof:
        raise ImageError("broken")
    return found


def _is_long(chunk: Chunk) -> bool:
    """Whether other readers refuse the picture for this text: a compressed one that unpacks to too much."""
    _, _, rest = chunk.body.partition(b"\0")
    if chunk.kind == b"iTXt":
        rest = rest[2:].split(b"\0", 2)[-1] if rest[:1] == b"\1" else b""
    elif chunk.kind == b"zTXt":
        rest = rest[1:]
    else:
        return False
    try:
        unpack(rest, LONGEST_TEXT)
    except ImageError as error:
        return error.message == "too long"
    return False


def _named(chunk: Chunk) -> str:
    """The kind of a chunk, and of a text its keyword."""
    key = chunk.body.partition(b"\0")[0][:79].decode("latin-1") if chunk.kind in TEXTS else ""
    return f"{chunk.kind.decode('latin-1')} {key}".strip()
