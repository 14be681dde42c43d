"""The recipe that a picture file carries: the `parameters` text of whatever tool, and our own JSON (see `infotext`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collection.errors import ImageError, UsageError
from collection.pictures.embedded.fields import json_object
from collection.pictures.embedded.stealth import read_stealth
from collection.pictures.embedded.texts import read_texts
from collection.pictures.embedded.tools import PARAMETERS, Told, read_tools
from collection.pictures.infotext import OURS
from collection.values import Recipe, parse_json


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """What a picture file says about its making; all of it is a claim until the recipe was rendered again."""

    recipe: Recipe | None = None
    """The recipe that Collection wrote."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What another tool tells, by the names of the `parameters` text: Prompt, Negative prompt, Seed and so on."""
    format: str = ""
    """The tool whose form they have: A1111, ComfyUI and so on; other tools write it too."""
    unread: tuple[str, ...] = ()
    """What is there besides and was not read, in words: "a ComfyUI workflow"."""


def read_embedded_metadata(data: bytes, name: str | Path) -> EmbeddedMetadata:
    """What a picture file says; empty if nothing. Raises ImageError for a file that is no picture."""
    texts = read_texts(data, name, OURS)
    told = [*read_tools(texts)]
    if not any(item.parameters for item in told):
        told += read_tools(_hidden(data))
    best = next((item for item in told if item.parameters), Told("", {}))
    unread = [item.unread for item in told if item.unread and (item is best or not best.parameters)]
    return EmbeddedMetadata(_recipe(texts.get(OURS, ""), name), best.parameters, best.format, tuple(unread))


def _hidden(data: bytes) -> dict[str, str]:
    """Texts that are written into the transparency: the text of the web UI, or NovelAI's texts as JSON."""
    text = read_stealth(data)
    value = json_object(text)
    if value is None:
        return {PARAMETERS: text} if text else {}
    return {key: item for key, item in value.items() if isinstance(item, str)}


def _recipe(text: str, name: str | Path) -> Recipe | None:
    if not text:
        return None
    try:
        value: Any = parse_json(text)
        return Recipe.from_json(value)
    except (ValueError, UsageError) as error:
        raise ImageError(f"{name}: its `{OURS}` chunk holds no recipe: {error}") from error
