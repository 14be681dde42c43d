"""collection generate"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Make at most so many now.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Local processes, one a GPU or group of cores; with --ray, actors at most."),
    ] = None,
    recycle: Annotated[
        int | None, typer.Option(min=1, metavar="IMAGES", help="Replace a worker process after so many images.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Ray cluster: HOST:PORT, auto, or local for one on this machine."),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option(min=0, help="With --ray: GPUs an actor, or a part of one; absent: 1 where there are any."),
    ] = None,
    score: Annotated[bool, typer.Option(help="Score each image while the next is made.")] = True,
    again: Annotated[
        int | None,
        typer.Option("--check", min=1, metavar="N", help="Make N images again, and compare byte for byte."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make every planned image that does not exist yet."""
    from collection.stages.generate import CheckStage, GenerateStage

    with opened(context, as_json) as session:
        if again:
            return session.do(CheckStage(again), dry_run)
        return session.do(GenerateStage(limit, score, workers, recycle, ray, gpus), dry_run)
