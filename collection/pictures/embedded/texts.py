"""The texts of a picture file, by the names of what holds them: chunks of a PNG, fields of EXIF, a comment."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import ImageError
from collection.pictures.embedded.user_comment import read_user_comment
from collection.pictures.embedded.xmp import KEYWORD, decoded_packet, read_xmp_fields
from collection.pictures.pillow import silence_pillow
from collection.pictures.png_chunks import SIGNATURE, TEXTS, read_chunks, read_text, split, utf8_or_latin1
from collection.pictures.signatures import ANOTHER_PICTURE, why_unread

if TYPE_CHECKING:
    from PIL import Image

USER_COMMENT = "UserComment"
COMMENT = "comment"
"""The comment of a JPEG or GIF file."""
_EXIF, _USER_COMMENT = 0x8769, 0x9286
"""Tags of Exif 3.0: the Exif directory, and UserComment in it."""
_COMFYUI = 0x0108, 0x0110
"""Tags, from .. to, that ComfyUI fills with "prompt:..." and "workflow:...", downwards from Model."""
_FIELDS = {0x010E: "ImageDescription", 0x0131: "Software"}
XP_COMMENT, XP_TITLE, XP_SUBJECT = "XPComment", "XPTitle", "XPSubject"
_WINDOWS = {0x9C9C: XP_COMMENT, 0x9C9B: XP_TITLE, 0x9C9F: XP_SUBJECT}
"""Tags that Windows shows as the properties of a file: UTF-16, the lower byte first."""


def read_texts(data: bytes, name: str | Path, ours: str) -> dict[str, str]:
    """The texts of a picture file, those of XMP by the names of `xmp.py`; of a name that comes twice the last.

    Raises ImageError for what is no picture.

    A PNG with a text of the name `ours` was written by the standard, so that every letter of it is known.
    """
    from PIL import Image

    silence_pillow()
    try:
        with Image.open(io.BytesIO(split(data).pixels)) as image:
            found = _fields(image)
    except Exception as error:  # whatever a broken file makes a reader of fifty formats raise
        raise ImageError(f"{name} is no readable picture: {why_unread(data, error)}", ANOTHER_PICTURE) from error
    if data.startswith(SIGNATURE):
        found |= _chunks(data, ours.encode("latin-1"))
    found |= read_xmp_fields(found.pop(KEYWORD, ""))
    return {key: text for key, text in found.items() if text.strip()}


def _chunks(data: bytes, ours: bytes) -> dict[str, str]:
    found, chunks = {}, list(read_chunks(data))
    by_standard = any(chunk.kind in TEXTS and chunk.body.startswith(ours + b"\0") for chunk in chunks)
    for chunk in chunks:
        if chunk.kind == b"comf" and chunk.sound:  # ComfyUI's animated PNGs
            name, _, body = chunk.body.partition(b"\0")
            found[name.decode("latin-1")] = utf8_or_latin1(body)
        if chunk.kind in TEXTS and chunk.sound:
            try:
                key, told = read_text(chunk, by_standard=by_standard)
            except ImageError:
                continue
            found[key] = told
    return found


def _fields(image: Image.Image) -> dict[str, str]:
    """What EXIF and the comment say; what of it cannot be read costs itself."""
    found = {COMMENT: _text(image.info.get("comment", b"")), KEYWORD: decoded_packet(image.info.get("xmp", b""))}
    try:
        exif = image.getexif()
        fields = {tag: exif[tag] for tag in exif}
        found[USER_COMMENT] = read_user_comment(
            exif.get_ifd(_EXIF).get(_USER_COMMENT) or fields.get(_USER_COMMENT, b"")
        )
    except Exception:  # EXIF of any tool of thirty years
        return found
    found |= {name: _text(fields[tag]) for tag, name in _FIELDS.items() if tag in fields}
    found |= {name: _utf16(fields[tag]) for tag, name in _WINDOWS.items() if tag in fields}
    for tag in range(_COMFYUI[0], _COMFYUI[1] + 1):
        key, colon, text = _text(fields.get(tag, "")).partition(":")
        if colon and text.lstrip().startswith(("{", "[")):
            found[key.lower()] = text
    return found


def _text(value: Any) -> str:
    """Text of bytes or of what Pillow took for Latin-1."""
    if isinstance(value, str):
        try:
            value = value.encode("latin-1")
        except UnicodeEncodeError:
            return str(value)
    return utf8_or_latin1(value).strip("\0") if isinstance(value, bytes) else ""


def _utf16(value: Any) -> str:
    data = bytes(value) if isinstance(value, bytes | tuple) else b""
    return data.decode("utf-16-le", "replace").strip("\ufeff\0")
