"""collection mint"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context, yes_mainnet: YesMainnet = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Mint every frozen token that is not minted yet."""
    from collection.stages.publish import MintStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(MintStage(), dry_run)
