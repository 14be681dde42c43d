"""Where a recipe comes from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.errors import UsageError
from collection.store.records import IMPORTED, Asset, KnownRecipe
from collection.values import Recipe


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A recipe and its own ancestors; `known` is None for one that this project never had, and for an import."""

    sha256: str
    """Of the recipe; of an imported image, of its file."""
    known: KnownRecipe | None
    parents: tuple[Ancestor, ...] = ()
    above: bool = False
    """Its ancestors stand elsewhere in the same tree."""
    imported: int | None = None
    """The number of an imported image, which has no recipe."""

    def as_json(self) -> dict[str, Any]:
        """The tree as JSON values."""
        if self.imported is not None:
            return {"file_sha256": self.sha256, "image": self.imported, "origin": IMPORTED, "parents": []}
        value: dict[str, Any] = {"recipe_sha256": self.sha256}
        if self.known:
            value |= {"image": self.known.id, "origin": self.known.origin, "planned": self.known.planned}
        if self.above:
            return {**value, "above": True}
        return {**value, "parents": [parent.as_json() for parent in self.parents]}


def family(
    asset: Asset, known: Mapping[str, KnownRecipe], imports: Mapping[str, int]
) -> tuple[Ancestor, list[KnownRecipe]]:
    """An image with its ancestors, and its children; `imports` are the numbers of imported images by their files.

    Raises UsageError for an imported image of which nothing was made.
    """
    if asset.recipe is not None:
        return ancestry(asset.recipe.sha256, known, imports), children(asset.recipe.sha256, list(known.values()))
    made = children(asset.file_sha256, list(known.values()))
    if not made:
        raise UsageError(f"image {asset.id} was imported, so nobody knows its recipe", "choose one that was generated")
    return Ancestor(asset.file_sha256, None, imported=asset.id), made


def ancestry(sha256: str, known: Mapping[str, KnownRecipe], imports: Mapping[str, int]) -> Ancestor:
    """The tree of a recipe and all that it was bred from; each recipe is followed once, so that it stays small.

    `imports` are the numbers of imported images by the SHA-256 of their files.
    """
    return _ancestor(sha256, known, imports, set())


def _ancestor(sha256: str, known: Mapping[str, KnownRecipe], imports: Mapping[str, int], seen: set[str]) -> Ancestor:
    found = known.get(sha256)
    if found is None or sha256 in seen:
        return Ancestor(sha256, found, above=sha256 in seen)
    seen.add(sha256)
    parents = [_ancestor(parent, known, imports, seen) for parent in found.recipe.parents]
    files = [file for file in _pictures(found.recipe) if file in imports]
    parents += [Ancestor(file, None, imported=imports[file]) for file in files]
    return Ancestor(sha256, found, tuple(parents))


def _pictures(recipe: Recipe) -> list[str]:
    """The files that a recipe begins from."""
    copies = recipe.options.get("copies")
    return list(dict.fromkeys([recipe.init_image, *(copies if isinstance(copies, list) else [])]))


def children(sha256: str, known: Sequence[KnownRecipe]) -> list[KnownRecipe]:
    """The recipes that have it as a parent, or begin from the imported file of that SHA-256; by number."""
    return [item for item in known if sha256 in (*item.recipe.parents, *_pictures(item.recipe))]
