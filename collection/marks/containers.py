"""XMP packets in PNG, JPEG and WebP files: put in and read without touching a pixel.

Sources: XMP specification part 3 (Adobe): PNG in an iTXt chunk "XML:com.adobe.xmp", JPEG in an APP1 segment that begins
with "http://ns.adobe.com/xap/1.0/", WebP in a chunk "XMP " that the VP8X header announces (RFC 9649).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from collection.errors import ImageError

_PNG, _KEYWORD = b"\x89PNG\r\n\x1a\n", b"XML:com.adobe.xmp\0"
_APP1, _NAMESPACE = b"\xff\xe1", b"http://ns.adobe.com/xap/1.0/\0"
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10


def write_xmp(data: bytes, packet: bytes) -> bytes:
    """The picture file with this XMP packet in place of the one that it had.

    Raises ImageError for a file that is no PNG, JPEG or WebP, is cut off, or cannot hold so long a packet.
    """
    write, _ = _format(data)
    return write(data, packet)


def read_xmp(data: bytes) -> bytes | None:
    """The XMP packet of a picture file, None if it has none; raises ImageError as `write_xmp` does."""
    _, read = _format(data)
    return read(data)


def media_type(data: bytes) -> str:
    """The MIME type of a PNG, JPEG or WebP file; raises ImageError for another."""
    write, _ = _format(data)
    kinds: dict[Any, str] = {_write_png: "image/png", _write_jpeg: "image/jpeg", _write_webp: "image/webp"}
    return kinds[write]


def _format(data: bytes) -> tuple[Callable[[bytes, bytes], bytes], Callable[[bytes], bytes | None]]:
    """What writes and what reads the packet of a file of this format."""
    if data.startswith(_PNG):
        return _write_png, _read_png
    if data.startswith(b"\xff\xd8"):
        return _write_jpeg, _read_jpeg
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _write_webp, _read_webp
    raise ImageError("it is no PNG, JPEG or WebP file")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(type, content, the whole chunk) of each chunk."""
    at = len(_PNG)
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        whole = data[at : at + 12 + size]
        if len(whole) < 12 + size:
            raise ImageError("it is cut off")
        yield whole[4:8], whole[8:-4], whole
        at += len(whole)


def _is_xmp(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.startswith(_KEYWORD)


def _write_png(data: bytes, packet: bytes) -> bytes:
    content = b"iTXt" + _KEYWORD + b"\0\0\0\0" + packet
    ours = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    kept = [whole for kind, content, whole in _png_chunks(data) if not _is_xmp(kind, content)]
    return b"".join([_PNG, kept[0], ours, *kept[1:]]) if kept else data


def _read_png(data: bytes) -> bytes | None:
    for kind, content, _ in _png_chunks(data):
        if _is_xmp(kind, content):
            compressed, rest = content[len(_KEYWORD)], content[len(_KEYWORD) + 2 :]
            text = rest.split(b"\0", 2)[-1]
            return _inflated(text) if compressed else text
    return None


def _inflated(text: bytes) -> bytes:
    """A compressed packet, up to 1 MiB of it: nobody's is longer."""
    try:
        return zlib.decompressobj().decompress(text, 1 << 20)
    except zlib.error as error:
        raise ImageError("its XMP is damaged") from error


def _jpeg_segments(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(marker, the whole segment) of each segment before the picture; then (b"", all the rest)."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at : at + 2] not in (b"\xff\xda", b"\xff\xd9"):
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        whole = data[at : at + 2 + size]
        if size < 2 or len(whole) < 2 + size:
            raise ImageError("it is cut off")
        yield whole[:2], whole
        at += len(whole)
    yield b"", data[at:]


def _holds_xmp(marker: bytes, segment: bytes) -> bool:
    return marker == _APP1 and segment[4:].startswith(_NAMESPACE)


def _write_jpeg(data: bytes, packet: bytes) -> bytes:
    content = _NAMESPACE + packet
    if len(content) > 0xFFFF - 2:
        raise ImageError(f"a JPEG file holds 64 KiB of XMP, not {len(packet):,} bytes")
    ours = _APP1 + struct.pack(">H", len(content) + 2) + content
    kept = [(marker, whole) for marker, whole in _jpeg_segments(data) if not _holds_xmp(marker, whole)]
    first = 1 if kept[0][0] == b"\xff\xe0" else 0  # JFIF comes first
    parts = [whole for _, whole in kept]
    return b"".join([data[:2], *parts[:first], ours, *parts[first:]])


def _read_jpeg(data: bytes) -> bytes | None:
    found = (whole for marker, whole in _jpeg_segments(data) if _holds_xmp(marker, whole))
    return next((whole[4 + len(_NAMESPACE) :] for whole in found), None)


def _webp_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        content = data[at + 8 : at + 8 + size]
        if len(content) < size:
            raise ImageError("it is cut off")
        found.append((data[at : at + 4], content))
        at += 8 + size + size % 2
    if not found:
        raise ImageError("it is cut off")
    return found


def _write_webp(data: bytes, packet: bytes) -> bytes:
    chunks = [chunk for chunk in _webp_chunks(data) if chunk[0] != b"XMP "]
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", _vp8x(*chunks[0])))
    header = chunks[0][1]
    chunks[0] = (b"VP8X", bytes([header[0] | _XMP_FLAG]) + header[1:])
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        for kind, content in [*chunks, (b"XMP ", packet)]
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _vp8x(kind: bytes, content: bytes) -> bytes:
    """The extended header of a simple file: flags, and width and height less one, 24 bits each."""
    if kind == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif kind == b"VP8 " and len(content) >= 10:
        width, height = ((value & 0x3FFF) - 1 for value in struct.unpack("<HH", content[6:10]))
        alpha = 0
    else:
        raise ImageError("it is no WebP file as RFC 9649 has them")
    flags = _ALPHA_FLAG if alpha else 0
    return bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


def _read_webp(data: bytes) -> bytes | None:
    return next((content for kind, content in _webp_chunks(data) if kind == b"XMP "), None)
