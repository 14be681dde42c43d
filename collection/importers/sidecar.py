"""What a JSON file beside a picture says of it: token metadata, or a flat object of traits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collection.errors import ImageError
from collection.pictures.folders import SIDECAR, read_file
from collection.values import parse_json

PROSE = frozenset(
    {"name", "description", "image", "image_data", "external_url", "animation_url", "background_color", "youtube_url"}
)
"""Keys of token metadata that are no traits."""


def sidecar_of(picture: Path) -> Path | None:
    """The JSON file beside a picture, if there is one."""
    path = picture.with_suffix(SIDECAR)
    return path if path.is_file() else None


def read_traits(path: Path) -> dict[str, str]:
    """Traits by name, as text; raises ImageError saying why the file tells none.

    Token metadata (ERC-721) tells them in its list `attributes` of {"trait_type", "value"}; of any other object each
    text, number or truth value is one, but for the prose of token metadata (name, description, image ...). Of a trait
    that is told twice the first counts.
    """
    try:
        value = parse_json(read_file(path).decode("utf-8-sig"), parse_float=str)
    except ValueError as error:
        raise ImageError(f"it is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ImageError("it holds no JSON object")
    pairs = _attributes(value["attributes"]) if "attributes" in value else list(value.items())
    traits: dict[str, str] = {}
    for name, told in pairs:
        text = _text(told)
        if text and name.strip() and ("attributes" in value or name not in PROSE):
            traits.setdefault(_sound(name), text)
    return traits


def _attributes(listed: Any) -> list[tuple[str, Any]]:
    if not isinstance(listed, list):
        raise ImageError("its `attributes` is no list")
    named = [item for item in listed if isinstance(item, dict) and isinstance(item.get("trait_type"), str)]
    return [(item["trait_type"], item.get("value")) for item in named]


def _text(value: Any) -> str:
    """A value as a trait shows it, numbers as they are written; empty for what is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _sound(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _sound(text: str) -> str:
    """Text without halves of surrogate pairs, which JSON can write and UTF-8 cannot."""
    return text.strip().encode("utf-8", "replace").decode()
