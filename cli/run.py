"""collection run"""

from __future__ import annotations

import typer

from .session import DryRun, Json, opened


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Run all stages in order and draw the contact sheet.

    Each stage continues where it stopped. The command stops at the first stage that cannot be completed.
    """
    from collection.stages.pipeline import PIPELINE, pending

    with opened(context, as_json) as session:
        if dry_run:
            counts = pending(session.project)
            for name, count in counts.items():
                session.screen.line(name, f"{count} pending" if count else "nothing to do")
            return session.screen.object({"pending": counts})
        reports = session.work(*PIPELINE)
        complete = all(report.complete for report in reports)
        session.screen.object({"stages": [report.as_json() for report in reports], "complete": complete})
        if not complete:
            raise typer.Exit(1)
        return session.screen.line("next", f"{session.typed('review')} shows the images in the browser")
