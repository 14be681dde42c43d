"""collection freeze"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    again: Annotated[
        bool, typer.Option("--again", help="Freeze a new set although the old one is pinned or has a contract.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Assign token ids, write the metadata and fix both by hash."""
    from collection.stages.publish import FreezeStage

    with opened(context, as_json) as session:
        session.do(FreezeStage(again), dry_run)
