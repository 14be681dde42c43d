"""collection sheet"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened
from .image_arguments import Images


def command(
    context: typer.Context,
    images: Images = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", dir_okay=False, metavar="FILE", help="The PNG file. Default: sheet.png in the project."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all images instead of the set.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Draw a contact sheet of the set or of any images."""
    from collection.stages.sheet import SheetStage

    with opened(context, as_json) as session:
        session.do(SheetStage(output, everything, images or []), dry_run, alone=False)
