"""collection explore"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    seeds: Annotated[str, typer.Option(metavar="SEEDS", help="Which seeds: 0-99,200")] = "0-59",
    series: Annotated[str | None, typer.Option(metavar="NAME", help="The series; the first if absent.")] = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, metavar="FILE", help="The PNG file; explore.png if absent.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Draw a contact sheet of seeds to choose from.

    Nothing is planned or kept, and no trait is planned: each picture is what the generator makes of its seed.
    """
    from collection.stages.explore import ExploreStage

    with opened(context, as_json) as session:
        session.do(ExploreStage(seeds, series, output), dry_run)
