"""The wildcard files of a project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from collection.config.conditions import value_text
from collection.errors import ConfigError
from collection.plan.wildcards import Listed, composed

STRUCTURED = (".json", ".yaml", ".yml")
MOST_ENTRIES, DEEPEST = 200_000, 50
"""Entries of one JSON or YAML file (what YAML repeats by reference counts each time), and tables in tables."""


class WildcardFiles(Mapping[str, str | Listed]):
    """What stands in the files of a folder, by the name that prompts write as __name__.

    Of a text file the name is its path without `.txt`; of a list in a JSON or YAML file, the keys that lead to it
    (artists/finnish), or the file's own name where the whole file is a list: so dynamicprompts names them too.

    A text file is read when its text is asked for, the others once any is, so that what no prompt names stops nothing.
    Raises ConfigError, naming file and line, for a text file that cannot be read; the others are `unreadable`.
    """

    def __init__(self, folder: Path) -> None:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".txt", *STRUCTURED))
        texts = [path for path in found if path.suffix.lower() == ".txt"]
        self._folder = folder
        self._paths = {composed(path.relative_to(folder).with_suffix("").as_posix()): path for path in texts}
        self._structured = [path for path in found if path not in texts]

    @cached_property
    def _lists(self) -> tuple[dict[str, list[Listed]], list[str]]:
        """The lists of the JSON and YAML files by name, and why others of these files cannot be read."""
        lists: dict[str, list[Listed]] = {}
        errors = []
        for path in self._structured:
            try:
                for name, listed in _lists_of(path, path.relative_to(self._folder).as_posix()):
                    lists.setdefault(name, []).append(listed)
            except ConfigError as error:
                errors.append(error.message)
        return lists, errors

    @property
    def unreadable(self) -> list[str]:
        """Why JSON and YAML files cannot be read, each by name, once they were looked into."""
        return self._lists[1] if "_lists" in self.__dict__ else []

    def __getitem__(self, name: str) -> str | Listed:
        lists = self._lists[0].get(name, []) if self._structured else []
        if len(lists) + (name in self._paths) > 1:
            texts = [self._paths[name].name] if name in self._paths else []
            sources = ", ".join([*texts, *(listed.source.partition(",")[0] for listed in lists)])
            raise ConfigError(f"several files have the wildcard __{name}__: {sources}", "rename all but one of them")
        return lists[0] if lists else _text_of(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._paths, *self._lists[0]}))

    def __len__(self) -> int:
        return len({*self._paths, *self._lists[0]})


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "make it readable, or remove it") from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text ({error.reason})", "save the file as UTF-8") from error
    if "\0" in text:
        line = text.partition("\0")[0].count("\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text (a NUL character)", "save the file as UTF-8")
    return text.replace("\ufeff", "")  # some editors begin a text with this byte order mark, and texts are joined


def _lists_of(path: Path, source: str) -> list[tuple[str, Listed]]:
    """The lists in a JSON or YAML file, with their names."""
    value = _json_of(path) if path.suffix.lower() == ".json" else _yaml_of(path)
    found: list[tuple[str, Listed]] = []
    left, open_ = MOST_ENTRIES, [(value, tuple[str, ...]())]
    while open_:
        item, keys = open_.pop()
        if isinstance(item, dict) and len(keys) < DEEPEST:
            open_ += [(inner, (*keys, str(key).strip())) for key, inner in item.items()]
            continue
        entries = [_entry_of(path, keys, each) for each in (item if isinstance(item, list) else [item])]
        left -= len(entries) + 1
        if left < 0:
            raise ConfigError(f"{path}: it has more than {MOST_ENTRIES:,} entries", "split the file")
        name = composed("/".join(keys) or path.stem)
        found.append((name, Listed(tuple(filter(None, entries)), f"{source}, {name}")))
    return found


def _json_of(path: Path) -> Any:
    try:
        return json.loads(_text_of(path), parse_float=str, object_pairs_hook=_table)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"{path}{line}: it is no JSON ({error})", f"correct that line of {path}") from error


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table of the pairs; raises ValueError for a key that stands twice, whose first value would be lost."""
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise ValueError(f"the key {key!r} stands twice")
    return dict(pairs)


def _yaml_of(path: Path) -> Any:
    import yaml

    class Loader(yaml.BaseLoader):  # type: ignore[misc]  # which makes nothing but texts, lists and tables
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
            _table([(str(key.value), None) for key, _ in node.value if isinstance(key, yaml.ScalarNode)])
            found: dict[str, Any] = super().construct_mapping(node, deep)
            return found

    try:
        return yaml.load(_text_of(path), Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ConfigError(f"{path}{line}: it is no YAML ({why})", f"correct that line of {path}") from error


def _entry_of(path: Path, keys: tuple[str, ...], item: Any) -> str:
    """An entry as a text file would have it: a text, or {"text", "weight"}; empty for what says nothing."""
    if isinstance(item, dict) and (text := item.get("text", item.get("content"))) is not None:
        return f"{value_text(item.get('weight', 1))}::{value_text(text)}"
    if isinstance(item, dict | list):
        what = "a table without text" if isinstance(item, dict) else "a list in a list"
        raise ConfigError(f"{path}: {'/'.join(keys) or 'it'} holds {what}", "write texts, one an entry")
    return "" if item is None else value_text(item).strip()
