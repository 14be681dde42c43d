"""collection reveal"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, YesMainnet, opened


def command(
    context: typer.Context, yes_mainnet: YesMainnet = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Draw which token shows which image.

    Once all tokens are minted, the first call fixes a block that does not exist yet. A second one, after that block,
    draws the offset from its random number. Anybody may make both calls, and none has an influence on the offset.
    """
    from collection.stages.reveal import RevealStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(RevealStage(), dry_run)
