"""collection freeze-metadata"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context, yes_mainnet: YesMainnet = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Freeze the metadata on the chain for ever.

    Until then the owner of the contract may point its tokens at other metadata. This cannot be taken back.
    """
    from collection.stages.publish import FreezeMetadataStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(FreezeMetadataStage(), dry_run)
