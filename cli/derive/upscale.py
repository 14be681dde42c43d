"""collection upscale"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    images: Annotated[list[int] | None, typer.Argument(metavar="[IMAGE]...", help="Numbers.")] = None,
    selected: Annotated[bool, typer.Option("--selected", help="All chosen images that are not enlarged yet.")] = False,
    scale: Annotated[int, typer.Option(min=2, max=8, help="So many times the width and the height.")] = 2,
    model: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An upscaling model's file, read by spandrel.")
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1, help="Diffusion: how far a tile may leave the picture.")
    ] = 0.3,
    tile: Annotated[int, typer.Option(min=64, max=2048, help="Diffusion: pixels of a tile's side.")] = 512,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan larger versions, which take the place of the images: painted anew, or tile by tile, or by a model."""
    from collection.stages.upscale import UpscaleStage

    with opened(context, as_json) as session:
        session.do(UpscaleStage(images or [], selected, scale, model, strength, tile), dry_run)
