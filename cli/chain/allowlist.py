"""collection allowlist"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError

from ..render import Screen
from ..session import Json, opened, opened_if_there


class Action(StrEnum):
    """What is done with a list."""

    build = "build"
    check = "check"
    proof = "proof"


def command(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="What to do with the list.")],
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="A CSV file: address,count."),
    ],
    address: Annotated[
        str | None, typer.Argument(metavar="ADDRESS", help="With `proof`: the account that buys.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Build or check an allowlist, or print a proof from it.

    `build` writes FILE as JSON that OpenZeppelin's merkle-tree library loads, beside it. `check` compares it with the
    phases of the sale on the chain. `proof` prints what an account needs to buy.
    """
    from collection.stages.allowlist import build, check, proof

    if (action is Action.proof) != (address is not None):
        raise UsageError("`allowlist proof` takes FILE and ADDRESS, the others FILE", "collection allowlist --help")
    if action is Action.check:
        with opened(context, as_json) as session:
            return session.show(check(session.project, file))
    screen = Screen(as_json)
    with opened_if_there(context, screen) as project:
        report = build(file, project) if address is None else proof(file, address, project)
    screen.report(report)
    if address is not None and not as_json:
        typer.echo(json.dumps(report.details, indent=2))
    return screen.object(report.as_json())
