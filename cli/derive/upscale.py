"""collection upscale"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    images: Annotated[list[int] | None, typer.Argument(metavar="[IMAGE]...", help="The numbers of the images.")] = None,
    selected: Annotated[
        bool, typer.Option("--selected", help="Upscale all selected images that are not upscaled yet.")
    ] = False,
    scale: Annotated[int, typer.Option(min=2, max=8, metavar="N", help="Multiply width and height by N.")] = 2,
    model: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="An upscaling model that spandrel reads."),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1, metavar="S", help="Denoising strength of a tile (diffusion only).")
    ] = 0.3,
    tile: Annotated[
        int, typer.Option(min=64, max=2048, metavar="PIXELS", help="Side of a tile (diffusion only).")
    ] = 512,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan larger versions of images.

    The larger versions replace the images. Each generator enlarges in its own way; --model uses an upscaling model
    for all of them.
    """
    from collection.stages.upscale import UpscaleStage

    with opened(context, as_json) as session:
        session.do(UpscaleStage(images or [], selected, scale, model, strength, tile), dry_run)
