"""collection lineage"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from collection.values import label

from ..choose.image_arguments import Image
from ..session import Json, opened

if TYPE_CHECKING:
    from collection.plan.lineage import Ancestor
    from collection.store.records import KnownRecipe


def command(context: typer.Context, image: Image, as_json: Json = False) -> None:
    """Draw the ancestors and the children of an image."""
    from collection.stages.lineage import lineage_of

    with opened(context, as_json) as session:
        found = lineage_of(session.project, image)
        for line in _drawn(found.tree):
            session.screen.say(line)
        if found.children:
            children = ", ".join(f"{label(item.id)} ({item.origin})" for item in found.children)
            session.screen.line("children", children)
        session.screen.object(found.as_json())


def _drawn(ancestor: Ancestor) -> Iterator[str]:
    """The lines of the tree, parents below their child."""
    text = _told(ancestor.known) if ancestor.known else f"unknown recipe {ancestor.sha256[:16]}..."
    if ancestor.imported is not None:
        text = f"{label(ancestor.imported)}  imported: nobody knows how it was made, or its license"
    yield f"{text}  (parents: see above)" if ancestor.above and ancestor.known else text
    for parent in ancestor.parents:
        last = parent is ancestor.parents[-1]
        first, *rest = _drawn(parent)
        yield f"{'└── ' if last else '├── '}{first}"
        for line in rest:
            yield f"{'    ' if last else '│   '}{line}"


def _told(item: KnownRecipe) -> str:
    """One line about a recipe."""
    recipe = item.recipe
    said = [
        item.origin,
        f"seed {recipe.seed}",
        " + ".join(f"{name} {weight:.2f}" for name, weight in recipe.blend.weights.items()),
        f'"{recipe.prompt}"' if recipe.prompt else "",
        f"init image {recipe.init_image[:12]}..." if recipe.init_image else "",
        "" if item.planned else "no longer in the plan",
    ]
    return f"{label(item.id)}  {', '.join(filter(None, said))}"
