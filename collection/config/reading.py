"""Reading collection.toml so that what is wrong is said with file, line, key and value."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from collection.config.models import fill_from_preset
from collection.errors import ConfigError, ProjectError
from collection.spelling import nearest

if TYPE_CHECKING:
    from collection.config.tables import Config

C = TypeVar("C", bound="Config")
Place = Sequence[str | int]


class Refuse(Protocol):
    """Refuses what stands at a place of the file, with a message and a hint: raises ConfigError."""

    def __call__(self, place: Place, message: str, hint: str) -> NoReturn:
        """Raise it."""
        ...


def read_config(path: Path, model: type[C], check: Callable[[C, Refuse], None]) -> C:
    """Read, parse, check the types, then by `check` what holds between keys."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ProjectError(
            f"no collection.toml in {path.parent}", "collection new PATH makes a project; -C PATH names one"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})", "save the file as UTF-8") from None
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}", f"mend that line of {path}") from None
    try:
        config = model.model_validate_json(json.dumps(fill_from_preset(value), default=str), strict=True)
    except ValidationError as error:
        _refuse_first(path, text, error, model, value)

    def refuse(place: Place, message: str, hint: str) -> NoReturn:
        raise ConfigError(f"{path}:{line_of(text, place)}: {_dotted(place)}: {message}", hint)

    check(config, refuse)
    return config


def line_of(text: str, place: Place) -> int:
    """The line, from 1, of a key, or of the innermost table or key around it that stands on a line of its own."""
    best, depth = 1, 0
    for found, line in _lines_of_keys(text):
        common = next((n for n, (a, b) in enumerate(zip(found, place, strict=False)) if a != b), len(found))
        if common == len(found) and depth < len(found) <= len(place):
            best, depth = line, len(found)
    return best


def _lines_of_keys(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Each table header and each `key =` that begins a line, with its full place."""
    current: tuple[str | int, ...] = ()
    counts: Counter[tuple[str | int, ...]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            current = ()
            for part in _parts(header[2]):
                current = (*current, part)
                if counts[current]:
                    current = (*current, counts[current] - 1)
            if header[1] == "[[":
                names = current[:-1] if isinstance(current[-1], int) else current
                current = (*names, counts[names])
                counts[names] += 1
            yield current, number
        elif key := re.match(r"\s*([^=#\s\[\]{}][^=#]*?)\s*=", line):
            yield (*current, *_parts(key[1])), number


def _parts(dotted: str) -> list[str]:
    return [part.strip(" \"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)]


def _refuse_first(path: Path, text: str, error: ValidationError, model: type[BaseModel], value: Any) -> NoReturn:
    problems = error.errors(include_url=False)
    problem = next((found for found in problems if found["type"] == "extra_forbidden"), problems[0])
    place = _place_in(value, problem["loc"])
    where, key = f"{path}:{line_of(text, place)}", _dotted(place)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, problem["loc"][:-1])
        raise ConfigError(
            f"{where}: unknown key {key}{nearest(str(place[-1]), known)}", f"known here: {', '.join(known)}"
        )
    if problem["type"] == "missing":
        name = problem["loc"][-1]
        raise ConfigError(f"{where}: the key {_dotted([*place, name])} is missing", f"add a line `{name} = ...`")
    secret = place[-1:] == ["key"]  # somebody may have put the key itself there
    shown = "" if secret or isinstance(problem["input"], dict) else f" = {problem['input']!r}"
    reason = problem["msg"].removeprefix("Value error, ")
    raise ConfigError(
        f"{where}: {key}{shown}: {reason[:1].lower()}{reason[1:]}", "collection config --schema tells what fits"
    )


def _place_in(value: Any, location: Place) -> list[str | int]:
    """The location without what pydantic adds to it (the tags of unions)."""
    place: list[str | int] = []
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            continue
        place.append(part)
    return place


def _dotted(place: Place) -> str:
    """A place as people write it, list items counted from 1: series.2.name."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of the table at `place`, found by walking the JSON Schema."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in place:
        node = _children(schema, node).get(part, {}) if isinstance(part, str) else node.get("items", {})
        node = _resolve(schema, node)
    return sorted(_children(schema, node))


def _children(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in node:
        return {key: {"$ref": reference} for key, reference in node["discriminator"]["mapping"].items()}
    free = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")][0]
    if isinstance(free, dict):
        return _Always(free)
    return dict(node.get("properties", {}))


class _Always(dict[str, Any]):
    """The children of a table whose keys are free: every name has the same schema."""

    def __init__(self, value: dict[str, Any]) -> None:
        super().__init__()
        self._value = value

    def get(self, key: str, default: Any = None) -> Any:
        return self._value


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    return schema["$defs"][reference.rsplit("/", 1)[1]] if reference else node
