"""Where a recipe comes from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.store.records import KnownRecipe


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A recipe and its own ancestors; `known` is None for one that this project never had."""

    sha256: str
    known: KnownRecipe | None
    parents: tuple[Ancestor, ...] = ()
    above: bool = False
    """Its ancestors stand elsewhere in the same tree."""

    def as_json(self) -> dict[str, Any]:
        """The tree as JSON values."""
        value: dict[str, Any] = {"recipe_sha256": self.sha256}
        if self.known:
            value |= {"image": self.known.id, "origin": self.known.origin, "planned": self.known.planned}
        if self.above:
            return {**value, "above": True}
        return {**value, "parents": [parent.as_json() for parent in self.parents]}


def ancestry(sha256: str, known: Mapping[str, KnownRecipe]) -> Ancestor:
    """The tree of a recipe and all that it was bred from; each recipe is followed once, so that it stays small."""
    return _ancestor(sha256, known, set())


def _ancestor(sha256: str, known: Mapping[str, KnownRecipe], seen: set[str]) -> Ancestor:
    found = known.get(sha256)
    if found is None or sha256 in seen:
        return Ancestor(sha256, found, above=sha256 in seen)
    seen.add(sha256)
    return Ancestor(sha256, found, tuple(_ancestor(parent, known, seen) for parent in found.recipe.parents))


def children(sha256: str, known: Sequence[KnownRecipe]) -> list[KnownRecipe]:
    """The recipes that have it as a parent, by number."""
    return [item for item in known if sha256 in item.recipe.parents]
