"""collection import"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, metavar="FOLDER", help="Images, and JSON beside them.")
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take images from anywhere into the project, with the traits that JSON files beside them tell."""
    from collection.stages.importing import ImportStage

    with opened(context, as_json) as session:
        session.do(ImportStage(folder), dry_run)
