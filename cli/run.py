"""collection run"""

from __future__ import annotations

import typer

from .choose import select, sheet
from .make import dedupe, generate, plan, score
from .publish import deploy, freeze, mint, pin, verify
from .session import DryRun, Json, Session, working

STAGES = (plan, generate, score, dedupe, select, freeze, pin, deploy, mint, verify)
"""The stages in order; each has `left` (what is pending) and `work`."""


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Do all stages in order, each from where it was, and draw the contact sheet. Asks for nothing."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            return preview(session)
        done = []
        for stage in (*STAGES, sheet):
            outcome = stage.work(session)
            session.screen.outcome(outcome)
            done.append(outcome.as_json())
            if not outcome.complete:
                break
        complete = all(report["complete"] for report in done)
        session.screen.object({"stages": done, "complete": complete})
        if not complete:
            raise typer.Exit(1)
        session.screen.line("next", f"{session.typed('review')} opens the images in the browser")
        return None


def preview(session: Session) -> None:
    """What each stage would do now; a later stage may have more to do once an earlier one has run."""
    counts = {}
    for stage in STAGES:
        name = stage.__name__.rsplit(".", 1)[1]
        found = stage.left(session)
        counts[name] = found if isinstance(found, int) else len(found)
        session.screen.line(name, f"{counts[name]} pending" if counts[name] else "nothing to do")
    session.screen.object({"pending": counts})
