"""collection lineage"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from ..session import Json, reading
from .adding import Image, asset_of

if TYPE_CHECKING:
    from collection.plan.lineage import Ancestor
    from collection.store.records import KnownRecipe


def command(context: typer.Context, image: Image, as_json: Json = False) -> None:
    """Draw what an image was bred or made from, and what came of it."""
    from collection.plan.lineage import ancestry, children

    with reading(context, as_json) as session:
        _, recipe = asset_of(session, image)
        known = session.project.store.recipes()
        tree = ancestry(recipe.sha256, {item.recipe.sha256: item for item in known})
        became = children(recipe.sha256, known)
        for line in _drawn(tree):
            session.screen.say(line)
        if became:
            session.screen.line("became", ", ".join(f"{item.id:04d} ({item.origin})" for item in became))
        session.screen.object({**tree.as_json(), "children": [item.id for item in became]})


def _drawn(ancestor: Ancestor) -> Iterator[str]:
    """The tree in lines, parents below their child."""
    text = _told(ancestor.known) if ancestor.known else f"a recipe that is not here: {ancestor.sha256[:16]}..."
    yield f"{text}  (its parents are above)" if ancestor.above and ancestor.known else text
    for parent in ancestor.parents:
        last = parent is ancestor.parents[-1]
        first, *rest = _drawn(parent)
        yield f"{'└── ' if last else '├── '}{first}"
        for line in rest:
            yield f"{'    ' if last else '│   '}{line}"


def _told(item: KnownRecipe) -> str:
    """A recipe in a line."""
    recipe = item.recipe
    said = [
        item.origin,
        f"seed {recipe.seed}",
        " + ".join(f"{name} {weight:.2f}" for name, weight in recipe.blend.weights.items()),
        f'"{recipe.prompt}"' if recipe.prompt else "",
        f"from the picture {recipe.sketch[:12]}..." if recipe.sketch else "",
        "" if item.planned else "no longer in the plan",
    ]
    return f"{item.id:04d}  {', '.join(filter(None, said))}"
