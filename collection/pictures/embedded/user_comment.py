"""Exif's UserComment (Exif 3.0, 4.6.6): eight bytes that name an encoding, then the text, in whatever it is written."""

from __future__ import annotations

import unicodedata

from collection.pictures.png_chunks import utf8_or_latin1

_CODES = (b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", bytes(8))
_JAPANESE = ("iso2022_jp", "utf-8", "shift_jis", "euc_jp")
"""What stands under the name JIS, the first that fits; the standard means the first."""
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}


def read_user_comment(value: bytes | str) -> str:
    """The text of a UserComment.

    The standard leaves the byte order of UNICODE open, and tools write UTF-8 under its name too: a byte order mark
    decides, else the decoding that gives the most plausible text.
    """
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    code, text = (value[:8].upper(), value[8:]) if value[:8].upper() in _CODES else (b"", value)
    if code == b"JIS\0\0\0\0\0":
        return _japanese(text).strip("\0")
    for mark, encoding in _BOMS.items():
        if text.startswith(mark):
            return text[len(mark) :].decode(encoding, "replace").strip("\0")
    if code != b"UNICODE\0" and b"\0" not in text.strip(b"\0"):
        return utf8_or_latin1(text.strip(b"\0"))
    readings = [_decoded(text, encoding) for encoding in ("utf-16-be", "utf-16-le", "utf-8")]
    return max(readings, key=_plausibility)


def _japanese(text: bytes) -> str:
    for encoding in _JAPANESE:
        try:
            return text.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text.decode(_JAPANESE[0], "replace")


def _decoded(text: bytes, encoding: str) -> str:
    if encoding == "utf-8":
        return text.strip(b"\0").decode(encoding, "replace")
    return text[: len(text) // 2 * 2].decode(encoding, "replace").strip("\0")


def _plausibility(text: str) -> tuple[float, float]:
    """How much of a text is what people write: the share of its letters that are ASCII less those that are nothing
    (unassigned, control, NUL), and of equals the share of letters of one script."""
    if not text:
        return (-1, 0)
    odd = sum(unicodedata.category(letter) in ("Cn", "Co", "Cs", "Cc") and letter not in "\n\r\t" for letter in text)
    odd += text.count("\ufffd")
    ascii_ = sum(letter.isascii() for letter in text)
    blocks = [ord(letter) >> 8 for letter in text]
    return (ascii_ - 20 * odd) / len(text), max(map(blocks.count, set(blocks))) / len(text)
