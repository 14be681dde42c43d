"""collection mint"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Mint every frozen token that is not minted yet."""
    from collection.stages.publish import MintStage

    with opened(context, as_json) as session:
        session.do(MintStage(), dry_run)
