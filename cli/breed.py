"""collection breed"""

from __future__ import annotations

from typing import Annotated

import typer

from .adding import add, asset_of
from .session import DryRun, Json, working


def command(
    context: typer.Context,
    first: Annotated[int, typer.Argument(metavar="A", min=1, help="The number of one parent.", show_default=False)],
    second: Annotated[int, typer.Argument(metavar="B", min=1, help="The number of the other.", show_default=False)],
    children: Annotated[int, typer.Option(min=1, max=10_000, help="So many.")] = 4,
    mutation: Annotated[float, typer.Option(min=0, max=1, help="The chance of each gene to change.")] = 0.1,
    fresh: Annotated[float, typer.Option(min=0, max=1, help="The chance of a child to have a stranger for B.")] = 0.2,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan children of two images: their recipes crossed (seed, prompt, traits, style weights, options)."""
    from collection.plan.breeding import breed, rules_of

    with working(context, as_json, dry_run) as session:
        parents = [asset_of(session, number)[1] for number in (first, second)]
        pool = [item.recipe for item in session.project.store.recipes() if item.planned and item.origin == "config"]
        config = session.project.config
        chances = {"mutation": mutation, "fresh": fresh}
        found = breed(*parents, pool, children, seed=config.seed, allowed=rules_of(config), **chances)
        add(session, "breed", found, dry_run=dry_run)
