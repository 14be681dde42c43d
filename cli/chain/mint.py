"""collection mint"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context,
    count: Annotated[
        int | None, typer.Option("--next", min=1, metavar="N", help="Mint only the next N tokens.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Mint them to this account or name, not to chain.recipient.")
    ] = None,
    owners: Annotated[
        Path | None,
        typer.Option(
            "--list", exists=True, dir_okay=False, metavar="FILE", help="Mint to the owners in a CSV file, as airdrop."
        ),
    ] = None,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Mint every frozen token that is not minted yet.

    A token that a list gave out (`airdrop`, or --list) goes to the owner on the list.
    """
    from collection.stages.airdrop import AirdropStage
    from collection.stages.publish import MintStage

    if owners is not None and (count is not None or to is not None):
        raise UsageError("--list says who gets how many: --next and --to do not go with it", "collection mint --help")
    with opened(context, as_json, yes_mainnet) as session:
        if owners is not None:
            return session.do(AirdropStage(owners), dry_run)
        return session.do(MintStage(count, to), dry_run)
