"""collection refill"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan what is missing of the supply after duplicates were set aside and images rejected, kind by kind."""
    from collection.stages.derive import RefillStage

    with opened(context, as_json) as session:
        session.do(RefillStage(), dry_run)
