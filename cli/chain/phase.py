"""collection phase"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..session import DryRun, Json, YesMainnet, opened


class Action(StrEnum):
    """What is done with the sale."""

    show = "show"
    apply = "apply"
    open = "open"
    close = "close"
    pause = "pause"
    resume = "resume"


def command(
    context: typer.Context,
    action: Annotated[
        Action,
        typer.Argument(help="What to do with the sale.", show_choices=True),
    ] = Action.show,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Show the phases of the sale, or bring them to the chain.

    `apply` deploys the sale that [sale] describes, or changes its phases. `open` lets it own the contract, so that it
    can mint to who buys; `close` takes the contract back. `pause` and `resume` stop it and let it go on.
    """
    from collection.stages.sale import PhaseStage

    with opened(context, as_json, yes_mainnet) as session:
        session.do(PhaseStage(action.value), dry_run)
