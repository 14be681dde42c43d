"""collection export-set"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json, opened


def command(
    context: typer.Context,
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="Who takes the set. Without it, the targets are listed.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="A folder that is new or empty. Default: export-TARGET.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Export the frozen set for a marketplace or a mint tool.

    What the target would not take is named before anything is written.
    """
    from collection.stages.export_set import export_set, export_targets

    if target is None:
        screen, (purposes, report) = Screen(as_json), export_targets()
        for name, purpose in purposes.items():
            screen.line(name, purpose)
        screen.report(report)
        screen.object(report.as_json())
        return
    with opened(context, as_json) as session:
        place = folder or session.project.folder / f"export-{target}"
        with session.screen.progress("export-set", "tokens") as progress:
            report = export_set(session.project, target, place, progress)
        session.show(report)
