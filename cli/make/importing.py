"""collection import"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="FOLDER", help="A folder of images.")],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import images of any origin, with their metadata.

    Traits may stand in JSON files: 1.json beside 1.png or in another folder, or one file for all. If the traits of an
    image were changed there since, the new ones are taken.
    """
    from collection.stages.importing import ImportStage

    with opened(context, as_json) as session:
        session.do(ImportStage(folder), dry_run)
