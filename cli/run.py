"""collection run"""

from __future__ import annotations

import typer

from .session import Again, Anyway, DryRun, Json, Yes, YesMainnet, opened
from .status import show_next


def command(
    context: typer.Context,
    anyway: Anyway = False,
    yes: Yes = False,
    again: Again = False,
    yes_mainnet: YesMainnet = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run all stages in order and draw the contact sheet.

    Each stage continues where it stopped. The command stops at the first stage that cannot be completed. What a stage
    refuses, and its own command can be told to do all the same, can be told here by the same option.
    """
    from collection.stages.pipeline import pipeline
    from collection.stages.status import status_of

    with opened(context, as_json, yes_mainnet) as session:
        if dry_run:
            status = status_of(session.project, pipeline(session.project, anyway=anyway, yes=yes, again=again))
            for item in status.outlook:
                session.screen.line(item.name, str(item))
            show_next(session, status)
            session.screen.object(
                {"pending": status.pending, "next": status.next, "why": status.why, "hint": status.hint}
            )
            raise typer.Exit(status.exit_code)
        reports = session.work(*pipeline(session.project, anyway=anyway, yes=session.agreed(yes), again=again))
        complete = all(report.complete for report in reports)
        session.screen.object({"stages": [report.as_json() for report in reports], "complete": complete})
        if not complete:
            raise typer.Exit(1)
        return session.screen.line("next", f"{session.typed('review')} shows the images in the browser")
