"""The recipe that a picture file carries: the `parameters` text of whatever tool, and our own JSON (see `infotext`)."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collection.errors import ImageError, UsageError
from collection.pictures.infotext import OURS, PARAMETERS
from collection.values import Recipe, parse_json

_PAIR = re.compile(r'(?P<name>[A-Za-z][^:,"]*):\s*(?P<value>"(?:[^"\\]|\\.)*"|[^,]*)')
"""A key that begins with a letter, and a value: JSON text in quotes, or all up to the next comma."""
_LEAST_PAIRS = 3
"""A last line with fewer pairs is taken for a part of the prompt, as the web UI does."""


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """What a picture file says about its making; all of it is a claim until the recipe was rendered again."""

    recipe: Recipe | None = None
    """The recipe that Collection wrote."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The pairs of the `parameters` text; "Prompt" and "Negative prompt" among them."""


def parse_infotext(text: str) -> dict[str, str]:
    """The pairs of a `parameters` text of whatever tool, as well as can be; "Prompt" holds what is no pair."""
    *lines, last = text.strip().split("\n")
    pairs = _PAIR.findall(last)
    if len(pairs) < _LEAST_PAIRS:
        lines, pairs = [*lines, last], []
    prompt, *negative = re.split(r"(?:^|\n)Negative prompt:", "\n".join(lines), maxsplit=1)
    found = {"Prompt": prompt.strip(), "Negative prompt": "".join(negative).strip()}
    found |= {name.strip(): _unquoted(value.strip()) for name, value in pairs}
    return {name: value for name, value in found.items() if value}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(parse_json(value))
    except ValueError:
        return value


def read_embedded_metadata(data: bytes, name: str | Path) -> EmbeddedMetadata:
    """What a picture file says; empty if nothing. Raises ImageError for a file that is no picture."""
    texts = _texts(data, name)
    said = texts.get(PARAMETERS, "")
    return EmbeddedMetadata(_recipe(texts.get(OURS, ""), name), parse_infotext(said) if said else {})


def _recipe(text: str, name: str | Path) -> Recipe | None:
    if not text:
        return None
    try:
        value: Any = parse_json(text)
        return Recipe.from_json(value)
    except (ValueError, UsageError) as error:
        raise ImageError(f"{name}: its `{OURS}` chunk holds no recipe: {error}") from error


def _texts(data: bytes, name: str | Path) -> dict[str, str]:
    """The text chunks of a PNG, or the comment that the web UI puts into the EXIF of other formats."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()  # chunks may stand behind the pixels
            found = {key: str(value) for key, value in image.info.items() if key in (PARAMETERS, OURS)}
            comment = image.getexif().get_ifd(_EXIF).get(_USER_COMMENT, b"")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImageError(f"{name} is no readable picture: {error}") from error
    return found or ({PARAMETERS: _comment(comment)} if comment else {})


_EXIF, _USER_COMMENT = 0x8769, 0x9286
"""Tags of Exif 3.0: the Exif directory, and UserComment in it."""


def _comment(value: bytes | str) -> str:
    """An Exif UserComment: eight bytes that name the encoding, then the text."""
    if isinstance(value, str):
        return value
    code, text = value[:8], value[8:]
    if code == b"UNICODE\0":
        order = "utf-16-be" if text[:1] == b"\0" else "utf-16-le"
        return text.decode(order, "replace").strip("\0")
    return text.decode("utf-8", "replace").strip("\0")
