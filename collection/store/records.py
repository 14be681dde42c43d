"""What the store hands out: frozen records, never live rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collection.values import Recipe, label

NOT_REPRODUCIBLE = "it cannot be rendered again, as its generator says"
"""What is told of an image whose generator does not make the same picture twice."""


IMPORTED = "import"
"""What stands in the place of a generator's name for an imported image."""

TOLD_TRAITS = "traits"
"""Key of an import's record that holds what `Asset.told_traits` gives."""

ANIMATED = "animated"
"""Key of an import's record that is true where its own file has more frames than its image shows."""


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """A recipe and the number under which people know it."""

    id: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class KnownRecipe:
    """A recipe of whatever plan, and how it came to be known."""

    id: int
    recipe: Recipe
    origin: str
    """config, or the command that added it."""
    planned: bool


def all_traits(planned: Mapping[str, str], reported: Mapping[str, str]) -> dict[str, str]:
    """The traits of an image: those `planned`, by name, then those that its generator `reported`, by name.

    A reported trait whose name is planned too, in whatever case, is left out: see `contradicted`.
    """
    names = {name.casefold() for name in planned}
    beyond = {name: value for name, value in sorted(reported.items()) if name.casefold() not in names}
    return {**dict(sorted(planned.items())), **beyond}


def contradicted(planned: Mapping[str, str], reported: Mapping[str, str]) -> dict[str, str]:
    """What a generator `reported`, by name, of traits that are `planned` with another value, in whatever case."""
    names = {name.casefold(): value.casefold() for name, value in planned.items()}
    return {
        name: value
        for name, value in sorted(reported.items())
        if names.get(name.casefold(), value.casefold()) != value.casefold()
    }


@dataclass(frozen=True, slots=True)
class ToldTrait:
    """A trait as token metadata beside an imported picture tells it."""

    name: str
    value: str
    """Text; of a number, its digits as they were written."""
    number: bool = False
    display_type: str = ""
    """How marketplaces are to show it: number, boost_number, boost_percentage, date and others."""
    max_value: str = ""
    """Of a number the largest there can be, as it was written; empty if none was told."""

    def as_json(self) -> dict[str, Any]:
        """What says something, in JSON values."""
        said = {"number": self.number, "display_type": self.display_type, "max_value": self.max_value}
        return {"name": self.name, "value": self.value, **{key: item for key, item in said.items() if item}}


@dataclass(frozen=True, slots=True)
class Asset:
    """One image that exists; `recipe` is None for an imported one."""

    id: int
    recipe: Recipe | None
    file_sha256: str
    pixel_sha256: str
    width: int
    height: int
    size: int
    generator: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)

    @property
    def traits(self) -> dict[str, str]:
        """What was planned of the image, and what its generator reports beyond that; see `all_traits`."""
        return all_traits(self.recipe.traits if self.recipe else {}, self.features)

    @property
    def contradicted(self) -> dict[str, str]:
        """What its generator reports of traits that were planned otherwise."""
        return contradicted(self.recipe.traits if self.recipe else {}, self.features)

    @property
    def animation(self) -> tuple[str, str] | None:
        """SHA-256 and suffix of the file of an imported animation, of which the image is a frame; None for a still."""
        said = self.generator
        return (said["source_sha256"], said["source_suffix"]) if said.get(ANIMATED) else None

    @property
    def told_traits(self) -> tuple[ToldTrait, ...]:
        """What token metadata told of an imported image, in its order; a name may come twice."""
        return tuple(ToldTrait(**item) for item in self.generator.get(TOLD_TRAITS, ()))

    @property
    def label(self) -> str:
        """The number as people see it: 0031."""
        return label(self.id)

    @property
    def reproducible(self) -> bool:
        """Whether its recipe can be rendered again: it has one, and its generator did not say otherwise."""
        return self.recipe is not None and self.generator.get("reproducible") is not False


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipes, by number, that one call renders; `worker` is who has it, if anybody, the `attempts`th to take it."""

    id: int
    recipes: tuple[int, ...]
    worker: str | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class QueueState:
    """How far a generate run is."""

    done: int
    """Images of ended batches, failed ones included."""
    made: int
    """Images that exist of ended batches."""
    free: int
    """Batches that can be taken now."""
    open: int
    """Batches that are free or being made."""
