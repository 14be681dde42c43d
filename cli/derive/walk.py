"""collection walk"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..choose.image_arguments import Images
from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    images: Images = None,
    between: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Frames between two images.")] = 11,
    loop: Annotated[bool, typer.Option("--loop", help="Lead from the last image back to the first.")] = False,
    milliseconds: Annotated[int, typer.Option(min=10, max=10_000, metavar="MS", help="Show each frame so long.")] = 80,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, metavar="FILE", help="A .webp, .gif or .png (APNG) file."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Animate the way from image to image through latent space.

    The frames lie between the images as those of `collection interpolate` do; nothing is planned. Without --output the
    animation is walk.webp in the project.
    """
    from collection.stages.images import numbers_of
    from collection.stages.walk import WalkStage

    with opened(context, as_json) as session:
        numbers = numbers_of(session.project, images or [])
        session.do(WalkStage(numbers, between, loop, milliseconds, output), dry_run, alone=False)
