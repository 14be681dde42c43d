"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Argument(help="A contract of this project, also one of an earlier frozen set.")
    ] = None,
    rerender: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Render the recipes of so many tokens again and compare.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Prove every token, without a key: recipient, tokenURI, CID, metadata, image, and for a sample the recipe."""
    from collection.stages.publish import VerifyStage

    with opened(context, as_json) as session:
        session.do(VerifyStage(address, rerender), dry_run)
