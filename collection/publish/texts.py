"""Names and descriptions of single tokens, from a file of the artist's: `[publish] texts`.

A CSV file with the column image (its number, or the file name that it was imported from) and name, description or both;
or a JSON file with the same by image: {"7": {"name": "Gale", "description": "..."}}.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from collection.errors import MetadataError, UnavailableError
from collection.json_fields import Pairs
from collection.publish.additions import FIELDS, Addition, images_by_name
from collection.store.records import Asset
from collection.values import parse_json

LARGEST = 1 << 26
"""Bytes of such a file."""
_WHOLE = ""
"""The field under which stands what is no object of fields."""


def read_texts(path: Path, assets: Sequence[Asset]) -> dict[int, Addition]:
    """The words of each image, by its number.

    Raises MetadataError, which names file, place and field of every mistake; UnavailableError where the file cannot be
    read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UnavailableError(f"{path} has more than {LARGEST:,} bytes", "name a file of names and descriptions")
        content = path.read_text("utf-8-sig")
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be read: {error.strerror}", "`texts` under [publish] names it"
        ) from error
    except UnicodeDecodeError as error:
        raise MetadataError.of([f"{path.name}: it is no UTF-8 text"], "save it as UTF-8") from error
    known = images_by_name(assets)
    found: dict[int, Addition] = {}
    wrong: list[str] = []
    rows = (_json_rows if path.suffix.lower() == ".json" else _csv_rows)(path.name, content)
    for place, image, said in rows:
        where = f"{path.name}: {place}"
        number = known.get(image.lstrip("0") if image.isdigit() else image)
        wrong += [f"{where}: {why}" for why in _mistakes(image, number, said, found)]
        if number is not None:
            found[number] = Addition(str(said.get("name") or ""), str(said.get("description") or ""))
    if wrong:
        raise MetadataError.of(wrong, f"correct {path.name}, then run `collection freeze`")
    return found


def _mistakes(image: str, number: int | None, said: Mapping[str, Any], found: Mapping[int, Addition]) -> Iterator[str]:
    if number is None:
        yield f'image: there is no image "{image[:60]}"'
    elif number in found:
        yield f"image: image {image[:60]} is described twice"
    yield from (f"{name[:40]}: it is said twice" for name in getattr(said, "twice", ()))
    for name, value in said.items():
        if name == _WHOLE:
            yield f"{value!r:.40} is no field: an object with {' and '.join(FIELDS)} is wanted"
        elif name not in FIELDS:
            yield f'"{str(name)[:40]}" is no field: image, name and description are'
        elif not isinstance(value, str):
            yield f"{name}: it is no text"


def _csv_rows(name: str, content: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(place, image, fields) of each line. A cell may be as long as the file: `freeze` names what is too long."""
    before = csv.field_size_limit(LARGEST)
    try:
        reader = csv.DictReader(io.StringIO(content, newline=""))
        if "image" not in (reader.fieldnames or ()):
            return [("line 1", "", {})]
        if twice := [column for column, count in Counter(reader.fieldnames).items() if count > 1]:
            raise MetadataError.of([f"{name}: line 1: the column {twice[0]!r} stands twice"], "delete one of them")
        return [(f"line {reader.line_num}", str(row.pop("image") or "").strip(), _said(row)) for row in reader]
    except csv.Error as error:
        raise MetadataError.of([f"{name}: it is no CSV: {error}"], "correct it") from error
    finally:
        csv.field_size_limit(before)


def _said(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name if name is not None else "a field too many": value or "" for name, value in row.items()}


def _json_rows(name: str, content: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    try:
        value = parse_json(content, object_pairs_hook=Pairs)
    except ValueError as error:
        raise MetadataError.of([f"{name}: it is no JSON: {error}"], "correct it") from error
    if not isinstance(value, Pairs):
        raise MetadataError.of([f"{name}: it holds no object by image"], '{"7": {"name": "Gale"}}')
    for image, said in value.pairs:
        yield f"image {image[:60]}", image.strip(), said if isinstance(said, dict) else {_WHOLE: said}
