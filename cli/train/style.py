"""collection train style"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import Json
from .options import License, Name, Seed, Steps, train


def command(
    picture: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, show_default=False, help="A picture in the style.")
    ],
    content: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, show_default=False, metavar="FOLDER", help="Any pictures to learn on."
        ),
    ],
    name: Name,
    size: Annotated[int, typer.Option(metavar="PIXELS", help="Side of the pictures to learn on.")] = 128,
    steps: Steps = 2000,
    batch: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Pictures of a step.")] = 2,
    width: Annotated[int, typer.Option(min=1, max=128, metavar="N", help="Channels of the first layer.")] = 16,
    strength: Annotated[float, typer.Option(min=0.001, max=100, metavar="S", help="Weight of the style.")] = 1.0,
    smoothness: Annotated[float, typer.Option(min=0, max=1000, metavar="W", help="Weight of the total variation.")] = 1,
    seed: Seed = 0,
    vgg: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="VGG16 or VGG19 weights (.safetensors)."),
    ] = None,
    license: License = "",
    credit: Annotated[str, typer.Option(metavar="TEXT", help="Whose style it is, told on the card.")] = "",
    as_json: Json = False,
) -> None:
    """Train a network that paints one style in one pass.

    It learns on any pictures to paint them in the style of one. `collection restyle --style NAME` then uses it. The
    same command goes on after a stop or a kill.
    """
    from collection.stages.train_style import StyleRun, train_style

    run = StyleRun(size, steps, batch, width, strength, smoothness, seed)
    told = {"license": license, "credit": credit}
    train(as_json, lambda progress: train_style(picture, content, name, run, told, vgg=vgg, progress=progress))
