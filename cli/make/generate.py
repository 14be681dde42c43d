"""collection generate"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Generate at most N images now.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Worker processes, each with one GPU or a share of the cores; with --ray: the most actors.",
        ),
    ] = None,
    max_images_per_worker: Annotated[
        int | None,
        typer.Option("--max-images-per-worker", min=1, metavar="N", help="Replace a worker process after N images."),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Use a Ray cluster: HOST:PORT, auto, or local to start one on this machine."
        ),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="N", help="With --ray: GPUs of each actor, also a fraction. Default: 1 if there are any."
        ),
    ] = None,
    score: Annotated[bool, typer.Option(help="Score each image while the next one is generated.")] = True,
    again: Annotated[
        int | None,
        typer.Option("--check", min=1, metavar="N", help="Generate N images again and compare them byte for byte."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Generate every planned image that does not exist yet."""
    from collection.stages.generate import CheckStage, GenerateStage

    with opened(context, as_json) as session:
        if again:
            return session.do(CheckStage(again), dry_run)
        return session.do(GenerateStage(limit, score, workers, max_images_per_worker, ray, gpus), dry_run)
