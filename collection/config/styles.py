"""The [styles.NAME] tables: words, and what the style means to each generator that is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, PrivateAttr, ValidationInfo, create_model
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from collection.config.generator import TABLES, StyleSettings
from collection.config.types import Name, Table, Words
from collection.errors import ConfigError
from collection.values import Style


class StyleTable(Table):
    """A named style, and what it means to each generator."""

    prompt: Words = ""
    """Words for a text-to-image model."""
    artist: Name | None = None
    """Who made it, or its LoRA: the name of one of [[artists]]."""
    share: float | None = Field(default=None, gt=0, le=100)
    """Percent that the artist has of a picture that is all in this style, in a blend of its part; absent: 100."""
    _folder: Path = PrivateAttr(default=Path())
    """The folder of the file that the table was read from."""

    generators: ClassVar[tuple[type[StyleSettings], ...]] = ()
    """What has the other keys."""

    def style(self, name: str) -> Style:
        """What recipes say of it. Files that it names are read; raises ConfigError where one is missing."""
        said: dict[str, Any] = {}
        for part in self._parts():
            said |= part.settings(name, self._folder)
        try:
            return Style.from_json({**said, "name": name, "prompt": self.prompt})
        except ValueError as error:
            raise ConfigError(f"styles.{name}: {error}", f"correct [styles.{name}]") from error

    def pictures(self, folder: Path) -> list[Path]:
        """The files in a project's folder that recipes of the style name by SHA-256; raises ConfigError."""
        return [path for part in self._parts() for path in part.pictures(folder)]

    def _parts(self) -> Iterator[StyleSettings]:
        """What is written, as each generator has it."""
        for keys in self.generators:
            written = self.model_fields_set & set(keys.model_fields)
            yield keys.model_construct(written, **{name: getattr(self, name) for name in keys.model_fields})

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The table's JSON Schema, its own keys first, then those of generators in their order."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        keys = handler.resolve_ref_schema(found)["properties"]
        order = [*StyleTable.model_fields, *(key for part in cls.generators for key in part.model_fields)]
        ordered = {name: keys.pop(name) for name in dict.fromkeys(order)}
        keys.update(ordered)
        return found


@cache
def _table_with(generators: tuple[type[StyleSettings], ...]) -> type[StyleTable]:
    """The table that has the keys of these; of two that have the same key, the first says what it may be."""
    bases: Any = (StyleTable, *generators)
    table: type[StyleTable] = create_model("StyleTable", __base__=bases, __doc__=StyleTable.__doc__)
    table.generators = generators
    return table


def _installed() -> Iterator[type[StyleSettings]]:
    """What each generator that can be used adds, if anything; the built-in ones come first."""
    return (table.styles for _, table in TABLES.working() if table.styles.model_fields)


def _that_has(keys: Sequence[str]) -> type[StyleTable]:
    """A table of the built-in generators' keys and of these.

    A package is loaded only where a key is not found before it, so that what is installed changes no other project.
    """
    built_in = {TABLES.get(name).styles for name in TABLES.builtins}
    missing, taken = set(keys) - set(StyleTable.model_fields), []
    for styles in _installed():
        if styles in built_in:
            taken.append(styles)
        elif not missing:
            break
        elif missing & set(styles.model_fields):
            taken.append(styles)
        missing -= set(styles.model_fields)
    return _table_with(tuple(dict.fromkeys(taken if not missing else _installed())))


class _Dispatch:
    """Reads a style by the keys of the generators that are installed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(_write, info_arg=True)
        return core_schema.with_info_plain_validator_function(_read, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        table = _table_with(tuple(dict.fromkeys(_installed())))
        return table.__get_pydantic_json_schema__(table.__pydantic_core_schema__, handler)


def _read(value: Any, info: ValidationInfo) -> StyleTable:
    if isinstance(value, StyleTable):
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError("table_type", "must be a table: [styles.NAME]")
    table = _that_has(list(value))
    if info.mode == "json":
        read = table.model_validate_json(json.dumps(value), strict=True)
    else:
        read = table.model_validate(value)
    if info.context:
        read._folder = info.context["folder"]
    return read


def _write(table: StyleTable, info: core_schema.SerializationInfo) -> Mapping[str, Any]:
    return table.model_dump(mode=info.mode, exclude_none=info.exclude_none, exclude_unset=info.exclude_unset)


AnyStyle = Annotated[StyleTable, _Dispatch()]
"""A style with the keys of whichever generators are installed."""
