"""collection generate"""

from __future__ import annotations

import time
from typing import Annotated

import typer

from .render import Outcome, amount
from .session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Images to make."""
    from collection.generate.run import pending

    return len(pending(session.project.store, session.project.files))


def work(session: Session, limit: int | None = None) -> Outcome:
    """Make what is pending."""
    from collection.generate.run import generate

    if not left(session):
        return nothing_to_do(session)
    project, begun = session.project, time.monotonic()
    with session.screen.progress("generate", "images") as progress:
        report = generate(project.store, project.files, project.generator, limit=limit, progress=progress)
    seconds = time.monotonic() - begun
    still = left(session)
    line = f"{amount(report.made, 'image')} in {seconds:.0f} s ({report.made / max(seconds, 1e-9):.1f} images/s)"
    return Outcome(
        "generate",
        line + (f", {still} still to make" if still else ""),
        {"made": report.made, "pending": still, "seconds": round(seconds, 3)},
        report.failed,
        complete=not report.failed,
        hint="`collection generate` tries them again" if report.failed else None,
    )


def nothing_to_do(session: Session) -> Outcome:
    """The outcome when every planned image exists."""
    count = len(session.project.store.assets())
    line = f"nothing to do: {amount(count, 'image')} of {count}" if count else "nothing to do: nothing is planned"
    hint = None if count else "`collection plan` comes first"
    return Outcome("generate", line, {"made": 0, "pending": 0, "seconds": 0.0}, complete=bool(count), hint=hint)


def command(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Make at most so many now.")] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make every planned image that does not exist yet."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("generate", count, amount(count, "image"))
        return session.end(work(session, limit))
