"""collection reroll"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, working
from .adding import add


def command(
    context: typer.Context,
    images: Annotated[list[int], typer.Argument(metavar="IMAGE...", min=1, help="Numbers.", show_default=False)],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Replace images: each gives way to a new recipe of its series and traits, with another seed."""
    from collection.plan.additions import rerolled

    with working(context, as_json, dry_run) as session:
        numbers = list(dict.fromkeys(images))
        new = rerolled(session.project.store, session.project.config, numbers)
        add(session, "reroll", new, dry_run=dry_run, instead_of=numbers)
