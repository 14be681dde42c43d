"""What token metadata says of a picture: its traits, with numbers as they are written."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collection.config.conditions import value_text
from collection.config.types import TURNING
from collection.errors import ImageError
from collection.json_fields import Pairs, exact_number
from collection.store.records import ToldTrait
from collection.values import parse_json

LISTS = ("attributes", "traits")
"""Keys of token metadata that hold traits."""
PROSE = frozenset({
    "name", "description", "image", "image_data", "image_url", "external_url", "animation_url", "background_color",
    "youtube_url", "symbol", "edition", "dna", "compiler", "seller_fee_basis_points", "fee_recipient", "collection",
    "properties", "creators", "tokenId", "token_id", "external_link", "decimals", "localization", "file_name",
    "filename", "file", "text", "caption", "prompt",
})  # fmt: skip
"""Keys of token metadata that are no traits."""


_AROUND = ("metadata", "properties")
"""Keys of objects that some tools put around the list."""
_TURNING = re.compile(f"[{TURNING}]")
_OF_FILES = frozenset({"files", "category", "creators"})
"""Keys of the `properties` of Metaplex's metadata, which are no traits."""
_NAMES = ("traittype", "name", "key", "trait", "label", "type", "category")
_VALUES = ("value", "traitvalue")
"""What tools call the name and the value of a trait, in lower case and letters only."""
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which JSON can write and UTF-8 cannot."""
_LONGEST_NUMBER = 400
"""Digits; Python makes no number of some thousands."""


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
    """The JSON value of a file in UTF-8, UTF-16 or UTF-32, its objects as Pairs; raises ImageError for all else."""
    try:
        text = data.decode(json.detect_encoding(data))
        return parse_json(text, parse_float=Written, parse_int=_integer, object_pairs_hook=Pairs)
    except UnicodeDecodeError as error:
        raise ImageError(f"it is no {error.encoding.upper()} text ({error.reason}, byte {error.start})") from error
    except ValueError as error:
        raise ImageError(f"it is no JSON: {error}") from error


def list_of(value: Mapping[str, Any]) -> str | None:
    """The key of an object that holds its traits, in whatever case; None if it has none."""
    return next((key for name in LISTS for key in value if key.lower() == name), None)


def _integer(text: str) -> int | Written:
    return int(text) if len(text) <= _LONGEST_NUMBER else Written(text)


def read_traits(value: Any) -> Told:
    """The traits of token metadata (ERC-721, ERC-1155), or of a flat object; raises ImageError, saying why, if it can
    tell none.

    Token metadata tells them in a list of {"trait_type", "value"} (some tools: other names, one pair each, or [name,
    value]) or in an object; or in the `properties` of ERC-1155. Of any other object each text, number or truth value is
    one, but for the prose of token metadata.
    """
    if not isinstance(value, dict):
        raise ImageError("it holds no JSON object")
    key = list_of(value)
    if key is None:
        for inner in (value.get(name) for name in _AROUND):
            if isinstance(inner, dict) and isinstance(inner.get(list_of(inner) or ""), list | dict):
                return read_traits(inner)
    listed = _flat(value) if key is None else value[key]
    if isinstance(listed, str) and listed.lstrip().startswith(("[", "{")):
        listed = read_json(listed.encode("utf-8", "replace"))
    if not isinstance(listed, list | dict):
        raise ImageError(f"its `{key}` is no list")
    traits: list[ToldTrait] = []
    notes = [f"its `{key}` stands twice, and the last was taken"] if key in getattr(value, "twice", ()) else []
    for name, item, more in _items(listed):
        try:
            trait = _trait(name, item, more, notes)
        except ImageError as error:
            named = f"its trait {_clean(name)!r}" if _clean(name) else "its trait without a name"
            notes.append(f"{named} left out: {error.message}")
        else:
            traits += [trait] if trait not in traits else []
            for twice in getattr(more, "twice", ()):
                notes.append(f"its trait {_clean(name)!r} has `{_clean(twice)}` twice, and the last was taken")
    return Told(tuple(traits), tuple(notes))


def _flat(value: Mapping[str, Any]) -> Pairs:
    """What of an object without a list of traits are traits: all but prose, and the `properties` of ERC-1155."""
    properties = value.get("properties")
    inner = _pairs(properties) if isinstance(properties, dict) else []
    return Pairs([*((name, item) for name, item in _pairs(value) if name not in PROSE),
                  *((name, item) for name, item in inner if name not in _OF_FILES)])  # fmt: skip


def _pairs(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return value.pairs if isinstance(value, Pairs) else list(value.items())


def _items(listed: list[Any] | dict[str, Any]) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Name, value, and all that is told of each trait."""
    if isinstance(listed, dict):
        for name, item in _pairs(listed):
            rich = item if isinstance(item, dict) and "value" in item else {}
            own = rich.get("name")
            yield own if own and isinstance(own, str) else name, rich.get("value", item), rich
        return
    for item in listed:
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
            yield item[0], item[1], {}
            continue
        told = item if isinstance(item, dict) else {}
        keys = {re.sub("[^a-z]", "", key.lower()): key for key in reversed(told)}
        name = next((told[keys[key]] for key in _NAMES if key in keys and told[keys[key]] is not None), "")
        value = next((key for key in _VALUES if key in keys), None)
        if value is None and len(told) == 1 and "traittype" not in keys:
            yield from ((key, inner, {}) for key, inner in _pairs(told))
        else:
            shown = told[keys[value]] if value else None if told else item
            yield str(name) if isinstance(name, str | int) else "", shown, told


def _trait(name: str, value: Any, more: Mapping[str, Any], notes: list[str]) -> ToldTrait:
    said, text = _clean(name), _text(value)
    if not said:
        raise ImageError(f"its value is {text!r}" if text else f"its value is {_kind(value)}")
    if not text:
        raise ImageError("its value is empty" if isinstance(value, str) else f"its value is {_kind(value)}")
    if name.strip() != said or (isinstance(value, str) and not isinstance(value, Written) and value.strip() != text):
        what = "halves of characters" if _HALF.search(f"{name}{value}") else "control characters"
        notes.append(f"{what} taken out of its trait {said!r}")
    most = more.get("max_value")
    if most is not None and not (_is_number(value) and _is_number(most)):
        notes.append(f"`max_value` of its trait {said!r} left out: one of both is no number")
    if not _is_number(value):
        return ToldTrait(said, text, display_type=_clean(more.get("display_type")))
    if isinstance(exact_number(text), str):
        notes.append(f"its trait {said!r} is text now: programs that read JSON cannot hold the number {text[:40]}")
    return ToldTrait(said, text, True, _clean(more.get("display_type")), _text(most) if _is_number(most) else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, Written) or (isinstance(value, int) and not isinstance(value, bool))


def _text(value: Any) -> str:
    """A value as a trait shows it, numbers as they are written; empty for what is none."""
    return value_text(value) if isinstance(value, bool | int) else _clean(value)


def _kind(value: Any) -> str:
    if isinstance(value, float):
        return "no number (NaN)" if math.isnan(value) else "infinite"
    return {type(None): "null", list: "a list", dict: "an object", Pairs: "an object"}.get(
        type(value), "nothing that can be shown"
    )


def _clean(text: Any) -> str:
    """Text without control characters, what turns its direction among them, and without halves of surrogate pairs."""
    if not isinstance(text, str):
        return ""
    shown = "".join(" " if letter in "\t\n\r" else letter for letter in text)
    shown = "".join(letter for letter in shown if unicodedata.category(letter) != "Cc")
    shown = _TURNING.sub("", shown)  # `freeze` publishes none
    return shown.encode("utf-8", "ignore").decode().strip()
