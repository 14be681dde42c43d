"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    address: Annotated[
        str | None,
        typer.Argument(help="A contract of this project, also of an earlier frozen set. Default: the current one."),
    ] = None,
    rerender: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Render the recipes of N tokens again and compare the images."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Verify every token on the chain and on IPFS, without a key.

    The command compares recipient, token URI, CID, metadata and image with what was recorded when the set was frozen,
    deployed and minted. It renders the recipes of a sample again.
    """
    from collection.stages.publish import VerifyStage

    with opened(context, as_json) as session:
        session.do(VerifyStage(address, rerender), dry_run, alone=not session.project.read_only)
