"""collection top-up"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan the images that the supply still lacks.

    Duplicates and rejected images do not count. The command fills every series and every quota.
    """
    from collection.stages.derive import TopUpStage

    with opened(context, as_json) as session:
        session.do(TopUpStage(), dry_run)
