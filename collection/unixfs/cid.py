"""Content identifiers: CIDv1, SHA-256, codec raw or dag-pb, written in base32.

Binary form: version 1, the codec, then a multihash (0x12 = sha2-256, 0x20 = 32 bytes, the digest); 36 bytes.
Text form: "b" and RFC 4648 base32 in lower case without padding (multibase). A CID that a node prints in
base58btc ("z...") is read as well; everything written here is base32.
Sources: multiformats CID specification, multibase and multicodec tables.
"""

from __future__ import annotations

import hashlib
from base64 import b32decode, b32encode

from collection.errors import PinError

RAW = 0x55
DAG_PB = 0x70
LENGTH = 36
"""Bytes of a CID as this project writes it."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SHA256 = b"\x12\x20"


def cid_of_block(codec: int, block: bytes | memoryview) -> bytes:
    """The binary CID of one block; `codec` is RAW or DAG_PB."""
    return bytes((1, codec)) + _SHA256 + hashlib.sha256(block).digest()


def check_cid(cid: bytes) -> bytes:
    """The same bytes, if they are a CID of this project's kind; else PinError."""
    if len(cid) != LENGTH or cid[0] != 1 or cid[1] not in (RAW, DAG_PB) or cid[2:4] != _SHA256:
        raise PinError(f"not a CIDv1 of raw or dag-pb with SHA-256: {cid[:LENGTH].hex() or 'nothing'}")
    return cid


def is_leaf(cid: bytes) -> bool:
    """Whether the block behind this CID is plain bytes, without links."""
    return cid[1] == RAW


def cid_text(cid: bytes) -> str:
    """The base32 text of a binary CID."""
    return "b" + b32encode(cid).decode("ascii").rstrip("=").lower()


def cid_bytes(text: str) -> bytes:
    """The binary CID of a text in base32 or base58btc; PinError if it is none of this project's kind."""
    try:
        cid = _from_base58(text[1:]) if text.startswith("z") else _from_base32(text)
        return check_cid(cid)
    except (ValueError, PinError) as error:
        raise PinError(f"not a CID that this project can read: {text!r}", "a CID here begins with baf") from error


def _from_base32(text: str) -> bytes:
    if not text.startswith("b") or not text.islower():
        raise ValueError("not base32")
    digits = text[1:].upper()
    cid = b32decode(digits + "=" * (-len(digits) % 8))
    if cid_text(cid) != text:
        raise ValueError("bits left over")
    return cid


def _from_base58(digits: str) -> bytes:
    number = 0
    for digit in digits:
        number = number * 58 + _BASE58.index(digit)
    return number.to_bytes(LENGTH, "big") if number.bit_length() <= 8 * LENGTH else b""


def varint(number: int) -> bytes:
    """Unsigned LEB128: seven bits a byte, lowest first, as protobuf and multiformats write lengths."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """(number, position after it) of the varint at `at`; ValueError where it is cut off or over 64 bits."""
    number = 0
    for place in range(10):
        if at + place >= len(data):
            raise ValueError("cut off inside a varint")
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError("a varint over 64 bits")
