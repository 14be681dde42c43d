"""Lineage: what an image was bred or made from, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import ImageError
from collection.project import Project

if TYPE_CHECKING:
    from collection.pictures.parameters import EmbeddedMetadata
    from collection.plan.lineage import Ancestor
    from collection.store.records import KnownRecipe


@dataclass(frozen=True, slots=True)
class Lineage:
    """The family of an image."""

    tree: Ancestor
    """The image with its parents, and theirs."""
    children: Sequence[KnownRecipe]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {**self.tree.as_json(), "children": [item.id for item in self.children]}


def lineage_of(project: Project, image: int) -> Lineage:
    """The family of an image; raises UsageError if there is none of that number, or nothing is known of its family."""
    from collection.plan.derived_recipes import shown
    from collection.plan.lineage import family

    store = project.store
    imports = {item.file_sha256: item.id for item in store.imported()}
    return Lineage(*family(shown(store, image)[0], {item.recipe.sha256: item for item in store.recipes()}, imports))


def carried_recipe(picture: Path) -> EmbeddedMetadata:
    """What a picture file tells of how it was made, by us or by another tool; raises ImageError where it is silent."""
    from collection.pictures.embedded.texts import read_texts
    from collection.pictures.infotext import OURS
    from collection.pictures.parameters import read_embedded_metadata

    data = picture.read_bytes()
    found = read_embedded_metadata(data, picture)
    if found.recipe or found.parameters:
        return found
    if found.unread:
        raise ImageError(f"{picture} carries {' and '.join(found.unread)}, which is not read")
    if names := [f"`{key}`" for key, text in read_texts(data, picture, OURS).items() if text.strip()]:
        known = "`collection recipe` reads the texts of A1111, ComfyUI, InvokeAI and other tools"
        raise ImageError(f"{picture} carries no recipe in a form that is read; its texts: {', '.join(names)}", known)
    raise ImageError(f"{picture} carries no recipe", "many editors and sites remove the text of a PNG file")
