"""collection freeze"""

from __future__ import annotations

import typer

from ..session import Again, DryRun, Json, opened


def command(
    context: typer.Context,
    again: Again = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Assign token ids, write the metadata and fix both by hash."""
    from collection.stages.publish import FreezeStage

    with opened(context, as_json) as session:
        session.do(FreezeStage(again), dry_run)
