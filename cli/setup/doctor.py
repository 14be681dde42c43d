"""collection doctor"""

from __future__ import annotations

import typer

from ..render import Screen
from ..session import Json, folder_of


def command(context: typer.Context, as_json: Json = False) -> None:
    """Check what is installed and reachable, and how to fix it."""
    from collection.stages.doctor import checkup

    screen = Screen(as_json)
    checks = list(checkup(folder_of(context)))
    for check in checks:
        mark = "ok" if check.ok else ("missing" if check.needed else "absent")
        screen.line(mark, f"{check.what}: {check.found}")
        if check.fix and not check.ok:
            screen.line("", f"  {check.fix}")
    healthy = all(check.ok or not check.needed for check in checks)
    screen.object(
        {
            "checks": [
                {"what": check.what, "ok": check.ok, "needed": check.needed, "found": check.found, "fix": check.fix}
                for check in checks
            ],
            "healthy": healthy,
        }
    )
    if not healthy:
        raise typer.Exit(1)
