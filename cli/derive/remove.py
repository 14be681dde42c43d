"""collection remove"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    recipes: Annotated[
        list[int],
        typer.Argument(
            metavar="RECIPE...",
            min=1,
            help="The numbers of the recipes, which are those of their images.",
            show_default=False,
        ),
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take added recipes out of the plan again.

    What the other commands of this group planned, whether its images were made or not. An image that was replaced comes
    back.
    """
    from collection.stages.remove import RemoveStage

    with opened(context, as_json) as session:
        session.do(RemoveStage(recipes), dry_run)
