"""collection interpolate"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    first: Annotated[
        int, typer.Argument(metavar="A", min=1, help="The number of the first image.", show_default=False)
    ],
    second: Annotated[
        int, typer.Argument(metavar="B", min=1, help="The number of the last image.", show_default=False)
    ],
    images: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Plan N images between A and B.")] = 3,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan the images between two images.

    The initial noise and the prompt move from A to B in even steps.
    """
    from collection.stages.derive import InterpolateStage

    with opened(context, as_json) as session:
        session.do(InterpolateStage(first, second, images), dry_run)
