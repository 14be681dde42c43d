"""collection inpaint"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..choose.image_arguments import Image
from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    image: Image,
    mask: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="A picture, white where the image changes."),
    ],
    prompt: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to show there. Default: the prompt of the image.")
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1, metavar="S", help="Denoising strength: 1 replaces what is there.")
    ] = 1.0,
    attempts: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", help="Plan N images, each with its own seed.")
    ] = 1,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan to inpaint a part of an image.

    The pixels outside the mask do not change.
    """
    from collection.stages.derive import InpaintStage

    with opened(context, as_json) as session:
        session.do(InpaintStage(image, mask, prompt, strength, attempts), dry_run)
