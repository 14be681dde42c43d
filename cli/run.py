"""collection run"""

from __future__ import annotations

import typer

from .session import DryRun, Json, YesMainnet, opened
from .status import show_next


def command(
    context: typer.Context, yes_mainnet: YesMainnet = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Run all stages in order and draw the contact sheet.

    Each stage continues where it stopped. The command stops at the first stage that cannot be completed.
    """
    from collection.stages.pipeline import pipeline
    from collection.stages.status import status_of

    with opened(context, as_json, yes_mainnet) as session:
        if dry_run:
            status = status_of(session.project)
            for item in status.outlook:
                session.screen.line(item.name, str(item))
            show_next(session, status)
            return session.screen.object(
                {"pending": status.pending, "next": status.next, "why": status.why, "hint": status.hint}
            )
        reports = session.work(*pipeline(session.project))
        complete = all(report.complete for report in reports)
        session.screen.object({"stages": [report.as_json() for report in reports], "complete": complete})
        if not complete:
            raise typer.Exit(1)
        return session.screen.line("next", f"{session.typed('review')} shows the images in the browser")
