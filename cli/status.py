"""collection status"""

from __future__ import annotations

import typer

from collection.values import Failure, amount

from .session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Show how far the project is and what failed."""
    from collection.stages.report import NOT_JUDGED, counted
    from collection.stages.status import status_of

    with opened(context, as_json) as session:
        status, screen = status_of(session.project), session.screen
        for name, count in status.counts.items():
            screen.line(name, f"{count} of {status.goals[name]}" if name in status.goals else f"{count}")
        screen.line("issues", f"{len(status.issues)} ({counted(status.issues)})" if status.issues else "0")
        if status.judged_by is not None:
            screen.line("judged by", " and ".join(status.judged_by) or f"nothing: {NOT_JUDGED}")
        screen.failures([Failure(f"{stage} {failure.what}", failure.why) for stage, failure in status.failures])
        if status.next:
            screen.line("next", f"{session.typed(status.next)}, or {session.typed('run')} for all remaining stages")
        else:
            screen.line("next", f"all done: {amount(session.project.config.supply, 'token')} verified")
        screen.object(status.as_json())
