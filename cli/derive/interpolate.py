"""collection interpolate"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, working
from .adding import add, asset_of


def command(
    context: typer.Context,
    first: Annotated[int, typer.Argument(metavar="A", min=1, help="The number of one image.", show_default=False)],
    second: Annotated[int, typer.Argument(metavar="B", min=1, help="The number of the other.", show_default=False)],
    images: Annotated[int, typer.Option(min=1, max=10_000, help="So many between them.")] = 3,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan the pictures between two images: noise and words moved from one to the other in even steps."""
    from collection.plan.variants import interpolate

    with working(context, as_json, dry_run) as session:
        ends = [asset_of(session, number)[1] for number in (first, second)]
        add(session, "interpolate", interpolate(*ends, images), dry_run=dry_run)
