"""collection restore"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    copies: Annotated[
        list[str],
        typer.Argument(metavar="COPY...", min=1, help="Picture files, or the numbers of images.", show_default=False),
    ],
    mask: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, metavar="FILE", help="A picture, white where the first copy is damaged."
        ),
    ] = None,
    inpaint: Annotated[
        bool, typer.Option("--inpaint", help="Let the project's generator paint what no copy shows.")
    ] = False,
    masks: Annotated[
        Path | None, typer.Option(file_okay=False, metavar="FOLDER", help="Write the damage found in each copy here.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="NAME", help="The series of a picture of files. Default: the first.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan one whole picture of several damaged copies.

    The copies are laid on the first one and compared. Each damaged place is taken from the copies that are whole there.
    """
    from collection.stages.restore import RestoreStage

    with opened(context, as_json) as session:
        session.do(RestoreStage(copies, mask, inpaint, masks, series), dry_run)
