"""What is read of another engine, as a project of ours: collection.toml and the pictures that it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class EngineProject:
    """A collection.toml in the making."""

    title: str
    description: str
    supply: int
    generator: Mapping[str, Any]
    layers: Sequence[Mapping[str, Any]]
    folders: Mapping[str, Path]
    """Folders of pictures, by their place in layers/."""
    size: tuple[int, int] | None = None
    series: Mapping[str, float] = field(default_factory=dict)
    """Series by name, and their shares; empty: one."""
    traits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    """What is not taken over, in words."""

    def toml(self) -> str:
        """The file; tables are written in the order of docs/layers.md."""
        head = {"title": self.title, "description": self.description, "supply": self.supply, "seed": self.title}
        lines = [f"# {note}" for note in self.notes]
        lines += _keys(head)
        if self.size:
            width, height = self.size
            lines += ["", "[image]", f"size = {width if width == height else [width, height]}"]
        lines += ["", "[generator]", *_keys({"use": "layers", **self.generator})]
        for layer in self.layers:
            lines += ["", "[[generator.layers]]", *_keys(layer)]
        for name, share in self.series.items():
            lines += ["", "[[series]]", *_keys({"name": name, "share": share})]
        for name, trait in self.traits.items():
            lines += ["", f"[traits.{_text(name)}]", *_keys(trait)]
        for rule in self.rules:
            lines += ["", "[[rules]]", *_keys(rule)]
        return "\n".join(lines) + "\n"


def _keys(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if value is not None and value not in ("", {}, []):
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else _text(str(value))


def _text(text: str) -> str:
    """A text as TOML's basic string, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
