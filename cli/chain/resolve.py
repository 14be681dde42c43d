"""collection resolve"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    account: Annotated[
        str | None, typer.Argument(metavar="ACCOUNT", help="Only look up this name or address; nothing is kept.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask anew also for names that are on record.")] = False,
    as_json: Json = False,
) -> None:
    """Resolve names of ENS, and keep where they lead to.

    Wherever an address is taken a name of ENS may stand. What it leads to is asked once, of the project's network if it
    has ENS, else of the node that `ens_rpc` under [chain] names. The answer is kept with its block. `freeze`, `deploy`,
    `mint` and the others use it, and ask themselves for names that are not on record.
    """
    from collection.stages.names import look_up, resolve_names

    with opened(context, as_json) as session:
        if account is not None:
            return session.show(look_up(session.project, account))
        with session.project.working():
            return session.show(resolve_names(session.project, again=again))
