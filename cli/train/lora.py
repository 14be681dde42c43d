"""collection train lora"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..session import Json
from .options import Credit, Dedupe, License, Mirror, Name, Pictures, Seed, Steps, Threads, train

if TYPE_CHECKING:
    from collection.stages.report import Report
    from collection.values import Progress


def command(
    folder: Pictures,
    name: Name,
    model: Annotated[
        str,
        typer.Option(show_default=False, metavar="MODEL", help="As generator.model: a folder, hub id or listed name."),
    ],
    caption: Annotated[
        str,
        typer.Option(
            metavar="TEXT", show_default="NAME style", help="What pictures without a .txt show; takes {name}, {class}."
        ),
    ] = "",
    size: Annotated[int, typer.Option(metavar="PIXELS", help="Side of the pictures: what the model is for.")] = 512,
    steps: Steps = 1000,
    batch: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Pictures of a step.")] = 1,
    rank: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="How much it can hold: 4 to 32.")] = 8,
    rate: Annotated[float, typer.Option(min=1e-7, max=1, metavar="R", help="Learning rate.")] = 1e-4,
    seed: Seed = 0,
    mirror: Mirror = False,
    dedupe: Dedupe = True,
    device: Annotated[str, typer.Option(metavar="DEVICE", help="cpu, cuda, mps or auto.")] = "auto",
    threads: Threads = None,
    license: License = "",
    credit: Credit = "",
    as_json: Json = False,
) -> None:
    """Train a LoRA: your style or motif in a diffusion model.

    shell.txt beside shell.png says what that picture shows. Styles then name the LoRA: lora = "NAME". The same command
    goes on after a stop or a kill, and ends in the same file as if there had been none.
    """
    from collection.stages.train_lora import LoraRun, train_lora

    run = LoraRun(size, steps, batch, rank, rate, seed, mirror)

    def work(progress: Progress) -> Report:
        return train_lora(
            folder, name, model, run, caption=caption, license=license, credit=credit, dedupe=dedupe, device=device,
            threads=threads, progress=progress,
        )  # fmt: skip

    train(as_json, work)
