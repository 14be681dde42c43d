"""collection reroll"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    images: Annotated[
        list[int], typer.Argument(metavar="IMAGE...", min=1, help="The numbers of the images.", show_default=False)
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan to replace images by new ones with another seed.

    A new image has the series and the traits of the image that it replaces.
    """
    from collection.stages.derive import RerollStage

    with opened(context, as_json) as session:
        session.do(RerollStage(images), dry_run)
