"""collection mint"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context,
    count: Annotated[
        int | None, typer.Option("--next", min=1, metavar="N", help="Mint only the next N tokens.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Mint them to this account or name, not to chain.recipient.")
    ] = None,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Mint every frozen token that is not minted yet.

    A token that a list gave out (`airdrop`) goes to the owner on the list.
    """
    from collection.stages.publish import MintStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(MintStage(count, to), dry_run)
