"""collection import"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..render import Screen
from ..session import DryRun, Json, folder_of, opened


def command(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            exists=True, metavar="FOLDER", help="A folder of images, or config.js or config.json of layers."
        ),
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import images of any origin, with their metadata.

    Traits may stand in JSON files: 1.json beside 1.png or in another folder, or one file for all. If the traits of an
    image were changed there since, the new ones are taken.

    The config.js of HashLips and the config.json of nft-generator-py are read, and not run: they make a new project of
    layers in the folder that -C names.
    """
    from collection.stages.importing import ImportStage

    if folder.is_file():
        from collection.stages.import_layers import import_layers

        screen = Screen(as_json)
        report = import_layers(folder, folder_of(context))
        screen.report(report)
        screen.object(report.as_json())
        return
    with opened(context, as_json) as session:
        session.do(ImportStage(folder), dry_run)
