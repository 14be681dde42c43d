"""collection finish"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan the selected previews again with the full decoder.

    The new images replace the previews.
    """
    from collection.stages.derive import FinishStage

    with opened(context, as_json) as session:
        session.do(FinishStage(), dry_run)
