"""What the tables of collection.toml share: how a table behaves, and the types of names, numbers and sizes."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Any
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

Side = Annotated[int, Field(ge=64, le=4096)]
Size = Side | tuple[Side, Side]
"""Pixels: one side of a square, or [width, height]."""


def _whole_word(value: str) -> str:
    """Refuse blanks at the ends: nobody sees them, and two names that differ by them look alike."""
    if any(end.isspace() or category(end) == "Cf" for end in (value[:1], value[-1:]) if end):
        raise ValueError("it begins or ends with a blank")
    return value


TURNING = "\u202a-\u202e\u2066-\u2069"
"""Characters, as a regular expression has them in brackets, that turn the direction of text: a name with them is not
what it looks like."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, ends of lines, and what turns the direction of text: nobody sees them, and what they are in is
not what it looks like."""


def seen(value: str) -> str:
    """Refuse a text with characters that nobody sees."""
    if wrong := _UNSEEN.search(value):
        raise ValueError(f"it holds the control character U+{ord(wrong[0]):04X}")
    return value


def _readable(value: str) -> str:
    """Refuse control characters but tabs and the ends of lines: models read them, and no file shows them."""
    if found := re.search(r"[^\n\r\t -\x7e\x80-\U0010ffff]", value):
        raise ValueError(f"it holds the control character U+{ord(found[0]):04X}")
    return value


Words = Annotated[str, AfterValidator(_readable)]
"""Text for a model, of as many lines as wanted."""
Name = Annotated[
    str,
    Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$"),
    AfterValidator(_whole_word),
    AfterValidator(seen),
]
"""Text that people see, in one line, without blanks at its ends."""
Weight = Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the file: unknown keys are refused, values never change.

    What is written below a key describes it in the JSON Schema. Pydantic would read that from the source whenever the
    module is loaded, a third of the time that loading takes; here it is read when a schema is asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The table's JSON Schema, with descriptions."""
        found = handler(schema)
        texts: dict[str, str] = {}
        for table in reversed(cls.__mro__):
            if issubclass(table, Table) and table is not Table:
                texts |= _descriptions(table.__module__).get(table.__name__, {})
        for name, key in handler.resolve_ref_schema(found)["properties"].items():
            if name in texts:
                key["description"] = texts[name]
        return found


@cache
def _descriptions(module: str) -> dict[str, dict[str, str]]:
    """What a module's source says below the keys of each table, by the names of table and key."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_described(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _described(table: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for key, text in pairwise(table.body):
        match key, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as words)):
                yield name, inspect.cleandoc(words)
