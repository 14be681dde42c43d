"""collection reroll"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.errors import UsageError
from collection.values import Recipe

from .adding import add, asset_of
from .session import DryRun, Json, Session, working


def command(
    context: typer.Context,
    images: Annotated[list[int], typer.Argument(metavar="IMAGE...", min=1, help="Numbers.", show_default=False)],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Replace images: each gives way to a new recipe of its series and traits, with another seed."""
    from collection.plan.replacements import reroll

    with working(context, as_json, dry_run) as session:
        recipes = [_drawn(session, number) for number in dict.fromkeys(images)]
        new = [reroll(recipe, session.project.config.seed) for recipe in recipes]
        add(session, "reroll", new, dry_run=dry_run, instead_of=list(dict.fromkeys(images)))


def _drawn(session: Session, number: int) -> Recipe:
    """The recipe to draw again: the image's own, or that of the image which it is an enlargement of."""
    known = {item.recipe.sha256: item for item in session.project.store.recipes()}
    item = known[asset_of(session, number)[1].sha256]
    if not item.planned:
        raise UsageError(f"image {number} is not in the plan any more", f"`collection lineage {number}` tells more")
    while item.origin == "upscale":
        item = known[item.recipe.parents[0]]
    return item.recipe
