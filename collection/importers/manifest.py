"""The manifest of an OpenSea drop: a CSV file with a row for each picture.

Columns tokenID, name, description and file_name, and an attributes[TRAIT] for each trait; a cell without text is no
trait. In a table without such columns each is a trait, but for the prose of token metadata. CSV has no types: every
value is text, as it is written. Source: docs.opensea.io, reference of the drop manifest.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from collection.errors import ImageError
from collection.importers.traits import PROSE

SUFFIX = ".csv"
_FILES = ("file_name", "filename", "image")
_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The line before the head by which spreadsheets tell the separator."""
_TRAIT = re.compile(r"attributes\[(.+)\]", re.IGNORECASE)
_OTHERS = frozenset(name.lower() for name in (*PROSE, "id", "tokenid"))
"""Columns that are no traits."""
_LONGEST_CELL = 1 << 26
"""Characters; Python's own limit is lower than some descriptions are long."""


def read_manifest(data: bytes) -> list[dict[str, Any]]:
    """The rows as token metadata with `image` and `attributes`; raises ImageError, saying why, for any other file.

    The token ids are left out: a row is of the file that it names, and of no other that has its number.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        text = data.decode(encoding)
        if told := _SEPARATOR_LINE.match(text):
            text = text[told.end() :]
        separator = told[1] if told else max(_SEPARATORS, key=text.partition("\n")[0].count)
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ImageError(f"it is no CSV: no {error.encoding.upper()} text (line {line})") from error
    except (ValueError, csv.Error) as error:
        raise ImageError(f"it is no CSV: {error}") from error
    finally:
        csv.field_size_limit(before)
    head = [name.strip() for name in rows[0]] if rows else []
    columns = {name.lower(): place for place, name in enumerate(head)}
    if not columns.keys() & {*_FILES}:
        raise ImageError(f"it has no column {_FILES[0]}, so it is no manifest of a drop")
    if len(columns) < len(head):
        raise ImageError("two of its columns have the same name")
    if not any(map(any, rows[1:])):
        raise ImageError("it has no row below its head")
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(head):
            raise ImageError(f"its row {number} has {len(row)} cells, and there are {len(head)} columns")
    return [_token(head, columns, row) for row in rows[1:] if any(row)]


def _token(head: list[str], columns: dict[str, int], row: list[str]) -> dict[str, Any]:
    cells = [*row, *[""] * (len(head) - len(row))]
    named = {name: match[1] for name in head if (match := _TRAIT.fullmatch(name))}
    named = named or {name: name for name in head if name and name.lower() not in _OTHERS}
    traits = [
        {"trait_type": named[name], "value": cell}
        for name, cell in zip(head, cells, strict=True)
        if name in named and cell.strip()
    ]
    said = {name: cells[place].strip() for name, place in columns.items()}
    file = next(said[name] for name in _FILES if name in said)
    return {
        "name": said.get("name", ""), "description": said.get("description", ""), "image": file,
        "attributes": traits,
    }  # fmt: skip
