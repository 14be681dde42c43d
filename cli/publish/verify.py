"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    rerender: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Render the recipes of N tokens again and compare the images."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Verify every token on the chain and on IPFS.

    The command compares owner, token URI, CID, metadata and image. It renders the recipes of a sample again.
    """
    from collection.stages.publish import VerifyStage

    with opened(context, as_json) as session:
        session.do(VerifyStage(rerender), dry_run)
