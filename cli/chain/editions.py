"""collection editions"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..session import DryRun, Json, YesMainnet, opened


class Action(StrEnum):
    """What is done with the editions."""

    show = "show"
    run = "run"
    deploy = "deploy"
    mint = "mint"
    close = "close"
    verify = "verify"


def command(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="What to do with them.", show_choices=True)] = Action.show,
    image: Annotated[int | None, typer.Option("--image", min=1, help="Mint copies of this image only.")] = None,
    copies: Annotated[
        int | None, typer.Option("--copies", min=1, help="Mint until so many copies of each image exist.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Who gets the copies; or a name of ENS.", metavar="ADDRESS")
    ] = None,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Deploy, mint, close or verify copies of the images.

    `deploy` puts an ERC-1155 contract of the frozen set on the chain, as [editions] says. `mint` makes copies until so
    many exist, `run` does both. `close` ends that for ever, and `verify` compares chain and storages with the frozen
    set. `airdrop` with a list of the columns `address,image` gives copies to many.
    """
    from collection.stages.editions import EditionsStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(EditionsStage(action.value, image, copies, to), dry_run)
