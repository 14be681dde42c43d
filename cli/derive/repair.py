"""collection repair"""

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
        Path, typer.Option(exists=True, dir_okay=False, help="A picture, white where the image is to be painted anew.")
    ],
    prompt: Annotated[
        str | None, typer.Option(help="What is to appear there; else what the image's recipe says.")
    ] = None,
    strength: Annotated[float, typer.Option(min=0.05, max=1, help="How far to leave what is there.")] = 1.0,
    attempts: Annotated[int, typer.Option(min=1, max=100, help="So many images, each by a seed of its own.")] = 1,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan an image again with a part of it painted anew (inpainting); the rest of its pixels stays."""
    from collection.stages.derive import RepairStage

    with opened(context, as_json) as session:
        session.do(RepairStage(image, mask, prompt, strength, attempts), dry_run)
