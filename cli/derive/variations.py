"""collection variations"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    sketch: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PICTURE", help="The init image.")],
    strengths: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Denoising strengths: 0 keeps the picture, 1 replaces it.")
    ] = "0.3,0.6",
    seeds: Annotated[str, typer.Option(metavar="RANGE", help="Seeds; each is combined with each strength.")] = "0-3",
    series: Annotated[
        str | None, typer.Option(metavar="NAME", help="The series that gives prompt and style. Default: the first.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan image-to-image variations of a picture."""
    from collection.stages.derive import VariationsStage, seeds_of, strengths_of

    with opened(context, as_json) as session:
        session.do(VariationsStage(sketch, strengths_of(strengths), seeds_of(seeds), series), dry_run)
