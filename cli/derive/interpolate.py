"""collection interpolate"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    first: Annotated[int, typer.Argument(metavar="A", min=1, help="The number of one image.", show_default=False)],
    second: Annotated[int, typer.Argument(metavar="B", min=1, help="The number of the other.", show_default=False)],
    images: Annotated[int, typer.Option(min=1, max=10_000, help="So many between them.")] = 3,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan the pictures between two images: noise and words moved from one to the other in even steps."""
    from collection.stages.derive import InterpolateStage

    with opened(context, as_json) as session:
        session.do(InterpolateStage(first, second, images), dry_run)
