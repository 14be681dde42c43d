"""collection publish-source"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..session import DryRun, Json, opened


class Service(StrEnum):
    """Who shows the source."""

    sourcify = "sourcify"
    blockscout = "blockscout"
    etherscan = "etherscan"


def command(
    context: typer.Context,
    to: Annotated[Service, typer.Option(help="The service that compiles and shows it.")] = Service.sourcify,
    at: Annotated[
        str | None, typer.Option(metavar="URL", help="The service's address, where it is not the public one.")
    ] = None,
    key: Annotated[
        str, typer.Option(metavar="env:NAME", help="The environment variable that holds the key, for Etherscan.")
    ] = "env:ETHERSCAN_API_KEY",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Publish the source of every contract of the project.

    A service compiles the source and compares it with the code on the chain; then explorers show it beside the
    contract. It is asked first what it has, and nothing is sent twice. Nothing is paid, on main networks neither.
    """
    from collection.stages.publish_source import PublishSourceStage

    stage = PublishSourceStage(to.value, at, key)
    with opened(context, as_json) as session:
        if dry_run:
            session.show(stage.preview(session.project))
        else:
            session.do(stage)
