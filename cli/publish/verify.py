"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    rerender: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Render the recipes of so many tokens again and compare.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Prove every token: owner, tokenURI, CID, metadata, image, and for a sample the recipe."""
    from collection.stages.publish import VerifyStage

    with opened(context, as_json) as session:
        session.do(VerifyStage(rerender), dry_run)
