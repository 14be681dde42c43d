"""collection variants"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    sketch: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The picture to begin from.")],
    strengths: Annotated[str, typer.Option(help="How far to leave it: 0 not at all, 1 wholly.")] = "0.3,0.6",
    seeds: Annotated[str, typer.Option(help="Seeds, each with each strength.")] = "0-3",
    series: Annotated[
        str | None, typer.Option(metavar="NAME", help="The series whose prompt and style they take; else the first.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan variants of a sketch: image-to-image over strengths and seeds."""
    from collection.plan.ranges import seeds_of, strengths_of
    from collection.stages.derive import VariantsStage

    with opened(context, as_json) as session:
        session.do(VariantsStage(sketch, strengths_of(strengths), seeds_of(seeds), series), dry_run)
