"""The options that the training commands share, and what all of them do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..render import Screen

if TYPE_CHECKING:
    from collection.stages.report import Report
    from collection.values import Progress

Pictures = Annotated[Path, typer.Argument(exists=True, file_okay=False, show_default=False, help="The pictures.")]
Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, show_default=False, help="The pictures; subfolders are classes.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", show_default=False, help="What projects call the model.")]
Size = Annotated[int, typer.Option(metavar="PIXELS", help="Side of its pictures: 16, 32, 64, 128 or 256.")]
Steps = Annotated[int, typer.Option(min=1, max=10_000_000, metavar="N", help="Steps of training.")]
Batch = Annotated[int, typer.Option(min=2, max=1024, metavar="N", help="Pictures of a step.")]
Latent = Annotated[int, typer.Option(min=2, max=1024, metavar="N", help="Numbers of a point of the latent space.")]
Width = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Channels of the last layer.")]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="What its random numbers come from.")]
Mirror = Annotated[bool, typer.Option(help="Mirror half of the pictures.")]
Dedupe = Annotated[bool, typer.Option(help="Leave near-duplicates out.")]
Threads = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Threads of the processor; others give other last bits.", show_default="all"),
]
License = Annotated[
    str, typer.Option("--license", metavar="SPDX", help="The license of the pictures, told on the card and in tokens.")
]
Credit = Annotated[str, typer.Option(metavar="TEXT", help="Whose pictures they are, told on the card.")]


def train(as_json: bool, work: Callable[[Progress], Report]) -> None:
    """Do the work of a training and show its report; say how to go on where it is stopped."""
    screen = Screen(as_json)
    try:
        with screen.progress("train", "steps") as progress:
            report = work(progress)
    except KeyboardInterrupt:
        screen.error("stopped; the last checkpoint is kept", "run the same command again to continue")
        raise typer.Exit(1) from None
    screen.report(report)
    screen.object(report.as_json())
