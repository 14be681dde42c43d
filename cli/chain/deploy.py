"""collection deploy"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context, yes_mainnet: YesMainnet = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Deploy the contract of the frozen set."""
    from collection.stages.publish import DeployStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(DeployStage(), dry_run)
