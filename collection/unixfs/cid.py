"""Content identifiers of SHA-256: CIDv1 of codec raw or dag-pb, and CIDv0, which is always dag-pb.

Binary form of version 1: a one, the codec, then a multihash (0x12 = sha2-256, 0x20 = 32 bytes, the digest); 36 bytes.
Text form: "b" and RFC 4648 base32 in lower case without padding (multibase). A CID that a node prints in
base58btc ("z...") is read as well. Version 0 is the bare multihash, 34 bytes, in base58btc without a prefix ("Qm...").
Sources: multiformats CID specification, multibase and multicodec tables.
"""

from __future__ import annotations

import hashlib
from base64 import b32decode, b32encode

from collection.errors import PinError

RAW = 0x55
DAG_PB = 0x70
LENGTH = 36
"""Bytes of a CIDv1."""
LENGTH_V0 = 34
"""Bytes of a CIDv0."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SHA256 = b"\x12\x20"


def cid_of_block(codec: int, block: bytes | memoryview, version: int = 1) -> bytes:
    """The binary CID of one block; `codec` is RAW or DAG_PB, and DAG_PB for version 0."""
    return (bytes((1, codec)) if version else b"") + _SHA256 + hashlib.sha256(block).digest()


def raw_cid(digest: bytes) -> bytes:
    """The binary CIDv1 of plain bytes, by their SHA-256."""
    return bytes((1, RAW)) + _SHA256 + digest


def has_hash(cid: bytes, block: bytes | memoryview) -> bool:
    """Whether a block is the one that a CID names."""
    return cid[-32:] == hashlib.sha256(block).digest()


def check_cid(cid: bytes) -> bytes:
    """The same bytes, if they are a CID of this project's kinds; else PinError."""
    is_v0 = len(cid) == LENGTH_V0 and cid[:2] == _SHA256
    is_v1 = len(cid) == LENGTH and cid[0] == 1 and cid[1] in (RAW, DAG_PB) and cid[2:4] == _SHA256
    if not is_v0 and not is_v1:
        raise PinError(f"not a CID of raw or dag-pb with SHA-256: {cid[:LENGTH].hex() or 'nothing'}")
    return cid


def leading_cid(data: bytes) -> bytes:
    """The CID that some bytes begin with; PinError if they begin with none of this project's kinds."""
    return check_cid(data[: LENGTH_V0 if data[:2] == _SHA256 else LENGTH])


def is_leaf(cid: bytes) -> bool:
    """Whether the block behind this CID is plain bytes, without links."""
    return len(cid) == LENGTH and cid[1] == RAW


def cid_text(cid: bytes) -> str:
    """The text of a binary CID: base32, or base58btc for version 0."""
    if len(cid) == LENGTH_V0:
        return _to_base58(cid)
    return "b" + b32encode(cid).decode("ascii").rstrip("=").lower()


def as_version_1(text: str) -> str:
    """The text of the CIDv1 that names the same block as a CID."""
    cid = cid_bytes(text)
    return cid_text(bytes((1, DAG_PB)) + cid if len(cid) == LENGTH_V0 else cid)


def cid_bytes(text: str) -> bytes:
    """The binary CID of a text in base32 or base58btc; PinError if it is none of this project's kinds."""
    try:
        if text.startswith("Qm"):
            return check_cid(_from_base58(text, LENGTH_V0))
        return check_cid(_from_base58(text[1:], LENGTH) if text.startswith("z") else _from_base32(text))
    except (ValueError, PinError) as error:
        raise PinError(
            f"not a CID that this project can read: {text[:200]!r}", "a CID here begins with baf or Qm"
        ) from error


def _from_base32(text: str) -> bytes:
    if not text.startswith("b") or not text.islower() or not text.isascii():
        raise ValueError("not base32")
    digits = text[1:].upper()
    cid = b32decode(digits + "=" * (-len(digits) % 8))
    if cid_text(cid) != text:
        raise ValueError("bits left over")
    return cid


def _from_base58(digits: str, length: int) -> bytes:
    if len(digits) > 2 * length:
        raise ValueError("too long")
    number = 0
    for digit in digits:
        number = number * 58 + _BASE58.index(digit)
    return number.to_bytes(length, "big") if number.bit_length() <= 8 * length else b""


def _to_base58(cid: bytes) -> str:
    number, out = int.from_bytes(cid, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = _BASE58[digit] + out
    return out


_ONE_BYTE = [bytes((number,)) for number in range(0x80)]


def varint(number: int) -> bytes:
    """Unsigned LEB128: seven bits a byte, lowest first, as protobuf and multiformats write lengths."""
    if number < 0x80:
        return _ONE_BYTE[number]
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
