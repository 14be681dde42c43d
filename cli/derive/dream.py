"""collection dream"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


class Network(StrEnum):
    """The networks that come with a package."""

    EFFICIENTNET = "efficientnet-lite0"
    VGG16 = "vgg16"


def command(
    context: typer.Context,
    images: Annotated[list[int] | None, typer.Argument(metavar="[IMAGE]...", help="The numbers of the images.")] = None,
    selected: Annotated[bool, typer.Option("--selected", help="Dream of all selected images.")] = False,
    series: Annotated[str | None, typer.Option(metavar="NAME", help="Dream of all images of this series.")] = None,
    network: Annotated[Network, typer.Option(help="The network.")] = Network.EFFICIENTNET,
    vgg: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="VGG16 or VGG19 weights, instead of --network."),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(metavar="NAME", help="The layer: relu4_3, block9. A wrong name lists all.")
    ] = None,
    channel: Annotated[int | None, typer.Option(min=0, metavar="N", help="One channel of it. Default: all.")] = None,
    guide: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="PICTURE", help="Seek what this picture shows."),
    ] = None,
    octaves: Annotated[int, typer.Option(min=1, max=12, metavar="N", help="Sizes, the smallest first.")] = 3,
    steps: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Steps at each size.")] = 10,
    rate: Annotated[
        float, typer.Option(min=0.0001, max=1, metavar="R", help="Change of a step, of a pixel's range.")
    ] = 0.02,
    jitter: Annotated[
        int, typer.Option(min=0, max=512, metavar="PIXELS", help="Move the picture up to N pixels before each step.")
    ] = 16,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan dreams of images: a network amplifies what it sees.

    Early layers draw strokes and textures, late layers parts of animals and things.
    """
    from collection.stages.dream import DreamStage

    with opened(context, as_json) as session:
        stage = DreamStage(
            images or [], selected, series, network.value, vgg, layer, channel, guide, octaves, steps, rate, jitter
        )
        session.do(stage, dry_run)
