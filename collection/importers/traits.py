"""What token metadata says of a picture: its traits, with numbers as they are written."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collection.config.conditions import value_text
from collection.errors import ImageError
from collection.store.records import ToldTrait
from collection.values import parse_json

LISTS = ("attributes", "traits")
"""Keys of token metadata that hold traits."""
PROSE = frozenset({
    "name", "description", "image", "image_data", "image_url", "external_url", "animation_url", "background_color",
    "youtube_url", "symbol", "edition", "dna", "compiler", "seller_fee_basis_points", "fee_recipient", "collection",
    "properties", "creators", "tokenId", "token_id", "external_link",
})  # fmt: skip
"""Keys of token metadata that are no traits."""


class Written(str):
    """A number with a point or an exponent, as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The traits that a JSON object tells, and what of it could not be taken as it is."""

    traits: tuple[ToldTrait, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def features(self) -> dict[str, str]:
        """The traits by name, as text; what is told twice is one text."""
        found: dict[str, list[str]] = {}
        for trait in self.traits:
            found.setdefault(trait.name, []).append(trait.value)
        return {name: ", ".join(dict.fromkeys(values)) for name, values in found.items()}


def read_json(data: bytes) -> Any:
    """The JSON value of a file in UTF-8, or in UTF-16 with a byte order mark; raises ImageError for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return parse_json(data.decode(encoding), parse_float=Written)
    except ValueError as error:
        raise ImageError(f"it is no JSON: {error}") from error


def read_traits(value: Any) -> Told:
    """The traits of token metadata (ERC-721), or of a flat object; raises ImageError, saying why, if it can tell none.

    Token metadata tells them in a list of {"trait_type", "value"} (some tools: "name" or "key") or in an object; of any
    other object each text, number or truth value is one, but for the prose of token metadata.
    """
    if not isinstance(value, dict):
        raise ImageError("it holds no JSON object")
    key = next((key for key in LISTS if key in value), None)
    listed = {name: item for name, item in value.items() if name not in PROSE} if key is None else value[key]
    if not isinstance(listed, list | dict):
        raise ImageError(f"its `{key}` is no list")
    traits: list[ToldTrait] = []
    notes: list[str] = []
    for name, item, more in _items(listed):
        try:
            trait = _trait(name, item, more, notes)
        except ImageError as error:
            named = f"its trait {_clean(name)!r}" if _clean(name) else "its trait without a name"
            notes.append(f"{named} left out: {error.message}")
        else:
            traits += [trait] if trait not in traits else []
    return Told(tuple(traits), tuple(notes))


def _items(listed: list[Any] | dict[str, Any]) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Name, value, and all that is told of each trait."""
    if isinstance(listed, dict):
        yield from ((name, item, {}) for name, item in listed.items())
        return
    for item in listed:
        told = item if isinstance(item, dict) else {}
        name = next((told[key] for key in ("trait_type", "traitType", "name", "key") if told.get(key) is not None), "")
        yield str(name) if isinstance(name, str | int) else "", told.get("value") if told else item, told


def _trait(name: str, value: Any, more: Mapping[str, Any], notes: list[str]) -> ToldTrait:
    said, text = _clean(name), _text(value)
    if not said:
        raise ImageError(f"its value is {text!r}" if text else f"its value is {_kind(value)}")
    if not text:
        raise ImageError("its value is empty" if isinstance(value, str) else f"its value is {_kind(value)}")
    if name.strip() != said or (isinstance(value, str) and not isinstance(value, Written) and value.strip() != text):
        notes.append(f"control characters taken out of its trait {said!r}")
    if not _is_number(value):
        return ToldTrait(said, text, display_type=_clean(more.get("display_type")))
    most = more.get("max_value")
    return ToldTrait(said, text, True, _clean(more.get("display_type")), _text(most) if _is_number(most) else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, Written) or (isinstance(value, int) and not isinstance(value, bool))


def _text(value: Any) -> str:
    """A value as a trait shows it, numbers as they are written; empty for what is none."""
    return value_text(value) if isinstance(value, bool | int) else _clean(value)


def _kind(value: Any) -> str:
    if isinstance(value, float):
        return "no number (NaN)" if math.isnan(value) else "infinite"
    return {type(None): "null", list: "a list", dict: "an object"}.get(type(value), "nothing that can be shown")


def _clean(text: Any) -> str:
    """Text without control characters, and without halves of surrogate pairs, which JSON can write and UTF-8 cannot."""
    if not isinstance(text, str):
        return ""
    shown = "".join(" " if letter in "\t\n\r" else letter for letter in text)
    shown = "".join(letter for letter in shown if unicodedata.category(letter) != "Cc")
    return shown.strip().encode("utf-8", "replace").decode()
