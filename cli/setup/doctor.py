"""collection doctor"""

from __future__ import annotations

from typing import Annotated

import typer

from ..render import Screen
from ..session import Json, folder_of, opened


def command(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend the project's files: from its storages and its recipes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check what is installed and reachable, and how to fix it."""
    if repair:
        return _repair(context, as_json)
    return _look(context, as_json)


def _repair(context: typer.Context, as_json: bool) -> None:
    from collection.stages.repair import RepairStage

    with opened(context, as_json) as session:
        session.do(RepairStage())


def _look(context: typer.Context, as_json: bool) -> None:
    from collection.stages.doctor import checkup

    screen = Screen(as_json)
    checks = list(checkup(folder_of(context)))
    for check in checks:
        mark = "ok" if check.ok else ("missing" if check.needed else "absent")
        screen.line(mark, f"{check.what}: {check.found}")
        if check.fix and not check.ok:
            screen.line("", f"  {check.fix}")
    unchecked = [f"{check.what}: {check.unchecked}" for check in checks if check.unchecked and check.ok]
    for each in unchecked:
        screen.line("unchecked", each)
    healthy = all(check.ok or not check.needed for check in checks)
    screen.object(
        {
            "checks": [
                {"what": check.what, "ok": check.ok, "needed": check.needed, "found": check.found, "fix": check.fix}
                for check in checks
            ],
            "unchecked": unchecked,
            "healthy": healthy,
        }
    )
    if not healthy:
        raise typer.Exit(1)
