"""collection status"""

from __future__ import annotations

import typer

from collection.values import amount

from .session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Show how far the project is and what failed."""
    from collection.stages.report import counted
    from collection.stages.status import status_of

    with opened(context, as_json) as session:
        status, screen = status_of(session.project), session.screen
        for name, count in status.counts.items():
            screen.line(name, f"{count} of {status.goals[name]}" if name in status.goals else f"{count}")
        screen.line("issues", f"{len(status.issues)} ({counted(status.issues)})" if status.issues else "0")
        for stage, failure in status.failures:
            screen.error(f"{stage} {failure.what}: {failure.why}", None)
        if status.next:
            screen.line("next", f"{session.typed(status.next)}, or {session.typed('run')} for all remaining stages")
        else:
            screen.line("next", f"all done: {amount(session.project.config.supply, 'token')} verified")
        screen.object(status.as_json())
