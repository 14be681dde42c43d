"""collection repair"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .adding import Image, add, asset_of, keep_picture
from .session import DryRun, Json, working


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
    from collection.pictures.files import check_mask
    from collection.plan.variants import refuse_painter, repair, repair_seeds

    with working(context, as_json, dry_run) as session:
        asset, recipe = asset_of(session, image)
        refuse_painter([recipe])
        data = mask.read_bytes()
        check_mask(data, mask, (asset.width, asset.height))
        sha256 = keep_picture(session, data, mask, dry_run)
        seeds = repair_seeds(session.project.config.seed, recipe, sha256, attempts)
        recipes = repair(recipe, asset.file_sha256, sha256, seeds, strength=strength, prompt=prompt)
        add(session, "repair", recipes, dry_run=dry_run)
