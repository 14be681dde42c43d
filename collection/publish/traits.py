"""The traits of an asset: the one list that rarity, metadata, provenance and exporters read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collection.config.publishing import TraitType
from collection.json_fields import exact_number
from collection.store.records import Asset, ToldTrait

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait of a token, as marketplaces show, filter and rank it."""

    name: str
    value: Value
    """Text; or a number, of a date in Unix seconds (UTC)."""
    type: str = "text"
    """text, level, number, boost_number, boost_percentage or date; of an imported image whatever was told."""
    max_value: Value | None = None

    @property
    def text(self) -> str:
        """The value as people read it; a date as 2026-11-27."""
        if isinstance(self.value, str):
            return self.value
        if self.type == "date":
            return datetime.fromtimestamp(self.value, UTC).date().isoformat()
        return f"{self.value:g}" if isinstance(self.value, float) else str(self.value)

    def as_attribute(self) -> dict[str, Value]:
        """The member of `attributes` in token metadata."""
        said: dict[str, Value] = {"trait_type": self.name, "value": self.value}
        if self.type not in ("text", "level"):
            said["display_type"] = self.type
        if self.max_value is not None:
            said["max_value"] = self.max_value
        return said

    @classmethod
    def from_attribute(cls, value: Mapping[str, Any]) -> Trait:
        """Read `as_attribute` back; of a number without `display_type` the type is level."""
        found, told = value["value"], value.get("display_type")
        kind = told or ("text" if isinstance(found, str) else "level")
        return cls(value["trait_type"], found, kind, value.get("max_value"))


def traits_of(asset: Asset, types: Mapping[str, TraitType]) -> list[Trait]:
    """Series, leading style, planned traits, and what the generator reports beyond them; each name once.

    What token metadata told of an imported image is told again as it was, a name twice if it was.

    `types` says which are numbers, by name in whatever case (`Config.trait_types`); a value that cannot be read as its
    type stays text, which `check_metadata` refuses. Scores of the judges are no traits: they would swamp every rank
    (docs/publish.md).
    """
    known = {name.casefold(): kind for name, kind in types.items()}
    if asset.recipe is None and asset.told_traits:
        found = [_told_trait(told) for told in asset.told_traits]
        kinds = [known.get(trait.name.casefold()) for trait in found]
        return [
            _typed(trait.name, trait.value, kind) if kind else trait for trait, kind in zip(found, kinds, strict=True)
        ]
    return [_typed(name, value, known.get(name.casefold())) for name, value in _told(asset)]


def _told_trait(told: ToldTrait) -> Trait:
    """A trait that token metadata told of an imported image, as it was told; a number that JSON readers would change is
    text, without the type of a number."""
    value = exact_number(told.value) if told.number else told.value
    if told.number and isinstance(value, str):
        return Trait(told.name, value)
    kind = told.display_type or ("text" if isinstance(value, str) else "level")
    return Trait(told.name, value, kind, exact_number(told.max_value) if told.max_value else None)


def _told(asset: Asset) -> Iterator[tuple[str, Value]]:
    recipe = asset.recipe
    planned = recipe.traits if recipe else {}
    names = {name.casefold() for name in planned}
    own = {"Series": recipe.series, "Style": recipe.blend.leading or ""} if recipe else {}
    said = {name: value for name, value in own.items() if name.casefold() not in names}
    said = {name: value for name, value in said.items() if value or name == "Series"}
    yield from said.items()
    taken = {name.casefold() for name in said}
    for name, value in asset.traits.items():
        if name.casefold() not in taken:
            yield name, value


def _typed(name: str, value: Value, kind: TraitType | None) -> Trait:
    if kind is None or kind.type == "text":
        return Trait(name, value if isinstance(value, str) or kind is None else str(value))
    number = as_number(value, is_date=kind.type == "date")
    return Trait(name, value) if number is None else Trait(name, number, kind.type, kind.max)


def as_number(value: Value, *, is_date: bool = False) -> int | float | None:
    """A number, or a date (2026-11-27, or a time with or without its zone) as Unix seconds; None for what is none.

    A time without a zone is in UTC. What JSON cannot hold (NaN, infinity) is no number.
    """
    if isinstance(value, str):
        value = value.strip()
        try:
            if is_date and not value.lstrip("-").isdigit():
                moment = datetime.fromisoformat(value)
                value = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
            else:
                value = int(value) if value.lstrip("+-").isdecimal() else float(value)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, float) and (not math.isfinite(value) or abs(value) > 2**53):
        return None
    if isinstance(value, int) and abs(value) > 2**53:
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
