"""collection pin"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only ask each storage for the set and read a sample back by CID.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write the set as a CAR file and pin it on IPFS.

    [publish] in collection.toml names the storages.
    """
    from collection.stages.publish import PinCheckStage, PinStage

    with opened(context, as_json) as session:
        session.do(PinCheckStage() if check else PinStage(), dry_run)
