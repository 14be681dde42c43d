"""collection breed"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, working
from .adding import add


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
    from collection.plan.additions import bred

    with working(context, as_json, dry_run) as session:
        project = session.project
        found = bred(project.store, project.config, (first, second), children, mutation=mutation, fresh=fresh)
        add(session, "breed", found, dry_run=dry_run)
