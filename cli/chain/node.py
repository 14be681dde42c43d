"""collection chain"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..session import Json, opened


class Action(StrEnum):
    """What is done with the node."""

    start = "start"
    stop = "stop"
    status = "status"


def command(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="What to do with the node.")] = Action.status,
    as_json: Json = False,
) -> None:
    """Start or stop a node of this machine.

    chain.network says which: anvil, ganache or hardhat, where it is installed. It listens on 127.0.0.1 alone and keeps
    its state in the project folder. The embedded chain needs no node.
    """
    from collection.stages.local_chain import local_chain

    with opened(context, as_json) as session:
        session.show(local_chain(session.project, action.value))
