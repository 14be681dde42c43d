"""collection export"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened
from .image_arguments import Images


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=False)],
    images: Images = None,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Name the files by the number of the image, or by its token id.")
    ] = "number",
    car: Annotated[bool, typer.Option("--car", help="Also write a CAR file of it, named by its CID.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Copy images out of the project, with CSV and sheet.

    Without IMAGES: the tokens of the frozen set, or else the selection.
    """
    from collection.stages.export import ExportStage

    with opened(context, as_json) as session:
        session.do(ExportStage(folder, images or [], by, car), dry_run, alone=False)
