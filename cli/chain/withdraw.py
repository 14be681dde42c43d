"""collection withdraw"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context,
    currency: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Pay an ERC-20 token, by its contract, instead of the chain's currency."),
    ] = None,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Pay the artists what royalties and sales brought.

    Where two artists have addresses, royalties and sales go to a splitter, a contract that owes each their share. This
    pays everybody what is due to them; the account of the key pays the gas.
    """
    from collection.stages.withdraw import WithdrawStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(WithdrawStage(currency), dry_run)
