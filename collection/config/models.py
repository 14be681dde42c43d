"""The models that are known to work, by short name: where they are, license, and the settings they were made for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from collection.config.generator import known_table

Duty = Literal["review", "filter", "disclosure", "revenue"]
DUTIES: Mapping[Duty, str] = MappingProxyType(
    {
        "review": "a person looks at each picture before it is distributed",
        "filter": "a filter looks at each picture before it is distributed",
        "disclosure": "pictures are disclosed as made by a model",
        "revenue": "whoever earns above its limit has another license",
    }
)
"""What licenses of models ask of whoever publishes their pictures."""
DATA = Path(__file__).with_name("models.toml")
LICENSES = Path(__file__).with_name("licenses.toml")


@dataclass(frozen=True, slots=True)
class License:
    """A license of models, as far as it is about their pictures."""

    name: str
    says: str
    """What else its text says of pictures."""
    duties: tuple[Duty, ...] = ()
    names: tuple[str, ...] = ()
    """What else it is called."""


@cache
def licenses() -> Mapping[str, License]:
    """Every known license by each of its names, in lower case."""
    tables = tomllib.loads(LICENSES.read_text("utf-8"))
    found: dict[str, License] = {}
    for name, table in tables.items():
        duties, names = _duties(f"licenses.toml: {name}", table), tuple(table.get("names", ()))
        license = License(name, table["says"], duties, names)
        found |= {called.lower(): license for called in (name, *names)}
    return MappingProxyType(found)


def license_duties(name: str | None) -> tuple[Duty, ...]:
    """What a license asks of whoever publishes the pictures, by any of its names; nothing for one that is not known."""
    known = licenses().get((name or "").lower())
    return known.duties if known else ()


@dataclass(frozen=True, slots=True)
class ModelPreset:
    """A model of the hub, or one that comes with this package. What is said of one of the hub is what its page claims;
    `note` says where others differ."""

    name: str
    model: str
    """What recipes call it: its id on the hub, or NAME/VERSION of one in this package."""
    license: str
    size_gb: float
    """Gigabytes of its weights in half precision."""
    size: int
    """Pixels of the side it was trained for."""
    steps: int
    guidance: float
    note: str
    scheduler: str | None = None
    """Where the model's own cannot make an image twice, or is not the best."""
    attribution: str | None = None
    """Whom its license asks to name with its pictures."""
    seconds: float | None = None
    """What an image takes at that size and in so many steps, on one core of a processor, as far as it was measured."""

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What its license asks of whoever publishes its pictures."""
        return license_duties(self.license)

    @property
    def generator(self) -> dict[str, Any]:
        """The keys of [generator] that stand for the preset's name."""
        found = {
            "model": self.model,
            "license": self.license,
            "attribution": self.attribution,
            "steps": self.steps,
            "guidance": self.guidance,
            "scheduler": self.scheduler,
        }
        return {name: value for name, value in found.items() if value is not None}


@cache
def model_presets() -> Mapping[str, ModelPreset]:
    """Every preset by its name, lightest first."""
    tables = tomllib.loads(DATA.read_text("utf-8"))
    return MappingProxyType({name: ModelPreset(name=name, **table) for name, table in tables.items()})


def preset_of(model: str) -> ModelPreset | None:
    """The preset of what recipes call their model."""
    return next((preset for preset in model_presets().values() if preset.model == model), None)


def _duties(where: str, table: Mapping[str, Any]) -> tuple[Duty, ...]:
    duties: tuple[Duty, ...] = tuple(table.get("duties", ()))
    if unknown := {*duties} - {*DUTIES}:
        raise ValueError(f"{where}: no duty is called {', '.join(sorted(unknown))}")
    return duties


def fill_from_preset(value: Any) -> Any:
    """A collection.toml, parsed: where `generator.model` names a preset, what its creator left unsaid is filled in.

    What recipes call the model takes the name's place, so that recipes stay readable when presets change. Whatever is
    not shaped as expected is handed back for others to refuse.
    """
    if not isinstance(value, dict) or not isinstance(value.get("image", {}), dict):
        return value
    generator = value.get("generator")
    if not isinstance(generator, dict) or (preset := _named(generator)) is None:
        return value
    filled = {**preset.generator, **generator, "model": preset.model}
    return {**value, "generator": filled, "image": {"size": preset.size, **value.get("image", {})}}


def _named(generator: dict[str, Any]) -> ModelPreset | None:
    use, model = generator.get("use"), generator.get("model")
    table = known_table(use) if isinstance(use, str) else None
    return model_presets().get(model) if table and table.presets and isinstance(model, str) else None
