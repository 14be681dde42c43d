"""collection pin"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Write the set as a CAR file and pin it on IPFS.

    [publish] in collection.toml names the storages.
    """
    from collection.stages.publish import PinStage

    with opened(context, as_json) as session:
        session.do(PinStage(), dry_run)
