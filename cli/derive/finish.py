"""collection finish"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan the chosen drafts again with the model's full decoder; they take the drafts' places."""
    from collection.stages.derive import FinishStage

    with opened(context, as_json) as session:
        session.do(FinishStage(), dry_run)
