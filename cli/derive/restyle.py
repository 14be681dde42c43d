"""collection restyle"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


class Colours(StrEnum):
    """Whose colours the result has."""

    STYLE = "style"
    CONTENT = "content"


def command(
    context: typer.Context,
    images: Annotated[list[int] | None, typer.Argument(metavar="[IMAGE]...", help="The numbers of the images.")] = None,
    styles: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            metavar="FILE[=WEIGHT]",
            help="A picture, a network (.safetensors, or its name), or a style of collection.toml. Repeat it to mix.",
        ),
    ] = None,
    selected: Annotated[bool, typer.Option("--selected", help="Restyle all selected images.")] = False,
    series: Annotated[str | None, typer.Option(metavar="NAME", help="Restyle all images of this series.")] = None,
    masks: Annotated[
        list[Path] | None,
        typer.Option(
            "--mask",
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A picture, white where a style applies: one for each --style, in the same order.",
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0, max=4, metavar="S", help="How far to go: 0 keeps the image, 1 is the style.")
    ] = 1.0,
    colours: Annotated[Colours, typer.Option(help="Whose colours to use.")] = Colours.STYLE,
    steps: Annotated[
        int, typer.Option(min=1, max=2000, metavar="N", help="Optimisation steps. Networks take one pass.")
    ] = 60,
    smoothness: Annotated[
        float, typer.Option(min=0, max=1000, metavar="W", help="Weight of the total variation: more makes it calmer.")
    ] = 0.0,
    vgg: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="VGG16 or VGG19 weights (.safetensors)."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the images.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan images anew in the style of other pictures.

    Styles are mixed by weight. A style is a picture, which is imitated step by step, or a network that has learned one.
    """
    from collection.stages.restyle import RestyleStage, weighted

    with opened(context, as_json) as session:
        stage = RestyleStage(
            weighted(styles or []), images or [], selected, series, masks or [], vgg, strength, smoothness,
            colours.value, steps, replace,
        )  # fmt: skip
        session.do(stage, dry_run)
