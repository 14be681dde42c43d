"""collection airdrop"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A CSV file: address,count; address,token; or address,image.",
        ),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also to contracts that do not say that they can receive.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take back what lists gave out and is not minted yet.")
    ] = False,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Mint tokens to the owners that a list names.

    The first line says what the columns are: `address,count` gives each owner the next tokens, `address,token` a
    certain one, `address,image` a copy of an image by the editions of the set; an address may be a name of ENS. Who
    gets what is recorded before anything is sent, and `verify` compares with that. The same file again goes on where it
    was stopped.
    """
    from collection.stages.airdrop import AirdropStage
    from collection.stages.airdrop import forget as forget_lists

    if forget == (file is not None):
        raise UsageError("airdrop takes a FILE, or --forget", "collection airdrop --help")
    with opened(context, as_json, yes_mainnet) as session:
        if file is None:
            return session.show(forget_lists(session.project))
        return session.do(AirdropStage(file, anyway), dry_run)
