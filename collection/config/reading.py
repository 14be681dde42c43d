"""Reading collection.toml so that what is wrong is said with file, line, key and value."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from collection.config.models import fill_from_preset
from collection.config.type_errors import what_fits
from collection.errors import ConfigError, Problem, ProjectError
from collection.spelling import KEYS, nearest

if TYPE_CHECKING:
    from collection.config.tables import Config

C = TypeVar("C", bound="Config")
Place = Sequence[str | int]
_FITS = "collection config --schema tells what fits"


class Refuse(Protocol):
    """Notes that what stands at a place of the file is wrong, with a message and a hint; the checks go on."""

    def __call__(self, place: Place, message: str, hint: str) -> None:
        """Note it."""
        ...


def read_config(path: Path, model: type[C], check: Callable[[C, Refuse], None]) -> C:
    """Read and parse the file, check its types, then by `check` what holds between keys.

    Raises one ConfigError for all mistakes in the types, or else for all that `check` finds.
    """
    text, value = _parsed(path)
    problems: dict[Problem, int] = {}

    def note(place: Place, message: str, hint: str) -> None:
        line = line_of(text, place)
        problems.setdefault(Problem(f"{path}:{line}: {message}", hint), line)

    def refuse(place: Place, message: str, hint: str) -> None:
        note(place, f"{_dotted(place)}: {message}", hint)

    dates = dict(_dates(value, ()))
    try:
        filled = json.dumps(fill_from_preset(value), default=lambda _: None)
        config = model.model_validate_json(filled, strict=True, context={"folder": path.parent})
    except ValidationError as error:
        unknown = _refuse_types(note, error, model, value, dates)
        dates = {place: moment for place, moment in dates.items() if place not in unknown}
    else:
        if not dates:
            check(config, refuse)
    for place, moment in dates.items():
        refuse(place, f"{moment} is a date or a time, and no key takes one", f'write text in quotes: "{moment}"')
    if problems:
        raise ConfigError.of(sorted(problems, key=lambda problem: problems[problem]))
    return config


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and its value; a byte order mark, as some editors write it, is left out."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ProjectError(
            f"no collection.toml in {path.parent}", "collection new PATH makes a project; -C PATH names one"
        ) from None
    except NotADirectoryError:
        raise ProjectError(f"{path.parent} is a file, and a project is a folder", "-C names the folder") from None
    except IsADirectoryError:
        raise ProjectError(f"{path} is a folder, and should be a file", "collection new PATH makes a project") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})", "save the file as UTF-8") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}", f"correct that line of {path}") from None


def _dates(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Where a date or a time stands. JSON has none, and no key of the file means one."""
    if isinstance(value, date | time):
        yield place, value
    elif isinstance(value, dict | list):
        for part, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _dates(item, (*place, part))


def line_of(text: str, place: Place) -> int:
    """The line, from 1, of a key, or of the first table of that name, or else of the innermost table or key around it
    that stands on a line of its own."""
    lines, best, depth = list(_lines_of_keys(text)), 1, 0
    inside = [line for found, line in lines if place and found[: len(place)] == tuple(place)]
    if inside:
        return inside[0]
    for found, line in lines:
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


def _refuse_types(
    note: Refuse, error: ValidationError, model: type[BaseModel], value: Any, known: Container[Place]
) -> list[tuple[str | int, ...]]:
    """Note what pydantic found, once for each place, but for those that are `known` to be wrong.

    Returns the places of the keys that no table has.
    """
    found = _one_a_place(value, _without_echoes(error.errors(include_url=False)))
    unknown = [tuple(place) for place, problem in found if problem["type"] == "extra_forbidden"]
    for place, problem in found:
        if problem["type"] == "missing":
            _refuse_missing(note, model, place, problem["loc"][-1], unknown)
        elif problem["type"] == "extra_forbidden":
            keys = _known_keys(model, problem["loc"][:-1])
            table = ".".join(str(part) for part in place[:-1] if isinstance(part, str))
            renamed = {old.removeprefix(f"{table}."): new for old, new in KEYS.items() if old.startswith(f"{table}.")}
            message = f"unknown key {_dotted(place)}{nearest(str(place[-1]), keys, renamed)}"
            note(place, message, f"known here: {', '.join(keys)}")
        elif tuple(place) not in known:
            note(place, _told(place, problem), _brackets(model, place, problem) or _FITS)
    return unknown


def _refuse_missing(
    note: Refuse, model: type[BaseModel], place: Place, name: str | int, unknown: Sequence[Sequence[str | int]]
) -> None:
    """Note an item that a list lacks, or a key, if none of the `unknown` ones of its table is a misspelling of it."""
    missing = _dotted([*place, name])
    if isinstance(name, int):
        note(place, f"{missing} is missing", _FITS)
    elif not any(list(table) == list(place) and nearest(str(other), [name]) for *table, other in unknown):
        kinds = _known_keys(model, place) if name == "use" else []
        fits = f": {', '.join(kinds)}" if kinds else ""
        note(place, f"the key {missing} is missing", f"add a line `{name} = ...`{fits}")


def _told(place: Place, problem: Mapping[str, Any]) -> str:
    """A value of a wrong type or out of range, and why it does not fit."""
    secret = place[-1:] == ["key"]  # somebody may have put the key itself there
    shown = "" if secret or isinstance(problem["input"], dict) else f" = {problem['input']!r}"
    return f"{_dotted(place)}{shown}: {what_fits(problem)}"


def _brackets(model: type[BaseModel], place: Place, problem: Mapping[str, Any]) -> str | None:
    """How to head a table that was headed as one of several, or the other way round; None: that is not the mistake."""
    if not place or not isinstance(place[-1], str):
        return None
    name, value = _dotted([part for part in place if isinstance(part, str)]), problem["input"]
    if isinstance(value, dict) and problem["type"] in ("tuple_type", "list_type") and _known_keys(model, [*place, 0]):
        return f"write [[{name}]], in two brackets: there may be several"
    if isinstance(value, list) and value and isinstance(value[0], dict) and "list" not in problem["type"]:
        return f"write [{name}], in one bracket: there is one"
    return None


def _without_echoes(problems: Sequence[Any]) -> list[Any]:
    """All problems but those of lists that are too short only because items of theirs are wrong."""
    places = [problem["loc"] for problem in problems]
    return [
        problem
        for problem, place in zip(problems, places, strict=True)
        if problem["type"] != "too_short"
        or not any(len(other) > len(place) and other[: len(place)] == place for other in places)
    ]


def _one_a_place(value: Any, problems: Sequence[Any]) -> list[tuple[list[str | int], Any]]:
    """Each problem with its place in the file.

    Where a value may be of several types, pydantic tells of each why it is not that one: then only the problem deepest
    inside the value is kept, the first of equals.
    """
    kept: dict[tuple[Any, ...], tuple[list[str | int], Any]] = {}
    kinds: dict[tuple[Any, ...], set[Any]] = {}
    for problem in problems:
        if problem["type"] == "missing":
            continue
        place, location = _place_in(value, problem["loc"]), problem["loc"]
        tag = next((n for n, part in enumerate(location) if n >= len(place) or place[n] != part), len(location))
        kinds.setdefault(location[:tag], set()).add(location[tag : tag + 1])
    for problem in problems:
        place, location = _place_in(value, problem["loc"]), problem["loc"]
        unions = [stem for stem, tags in kinds.items() if len(tags) > 1 and location[: len(stem)] == stem]
        plain = problem["type"] in ("missing", "extra_forbidden")
        key = location if plain or not unions else min(unions, key=len)
        if key not in kept or len(place) > len(kept[key][0]):
            kept[key] = place, problem
    return list(kept.values())


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
        return {table["properties"]["use"]["const"]: table for table in node["oneOf"]}
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
    """What a node says, by way of its reference; where it may be of several types, its table or its list."""
    if reference := node.get("$ref"):
        return _resolve(schema, schema["$defs"][reference.rsplit("/", 1)[1]])
    choices = [_resolve(schema, choice) for choice in node.get("anyOf", ())]
    return next((choice for choice in choices if choice.get("type") in ("object", "array")), node)
