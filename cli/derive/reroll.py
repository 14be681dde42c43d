"""collection reroll"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    images: Annotated[list[int], typer.Argument(metavar="IMAGE...", min=1, help="Numbers.", show_default=False)],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Replace images: each gives way to a new recipe of its series and traits, with another seed."""
    from collection.stages.derive import RerollStage

    with opened(context, as_json) as session:
        session.do(RerollStage(images), dry_run)
