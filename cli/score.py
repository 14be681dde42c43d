"""collection score"""

from __future__ import annotations

from collections.abc import Mapping

import typer

from .render import Outcome, amount
from .session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Images that lack a score, a vector or a perceptual hash."""
    from collection.judge.score import pending

    return len(pending(session.project.store, session.project.scorers))


def work(session: Session) -> Outcome:
    """Score what has no score."""
    from collection.judge.score import ranges, score

    project = session.project
    total = project.store.counts()["generated"]
    if not left(session):
        hint = None if total else "`collection generate` comes first"
        line = f"nothing to do: {total} of {amount(total, 'image')} scored"
        line += "".join(f", {item}" for item in in_words(ranges(project.store, project.scorers)))
        return Outcome("score", line, {"scored": 0, "pending": 0}, complete=bool(total), hint=hint)
    with session.screen.progress("score", "images") as progress:
        result = score(
            project.store, project.files, project.scorers, batch_size=project.config.score.batch, progress=progress
        )
    flags = sorted({flag for found in result.flagged.values() for flag in found})
    line = f"{amount(result.scored, 'image')}: {', '.join(in_words(result.ranges)) or 'no score'}"
    if flags:
        line += f"; {len(result.flagged)} flagged ({', '.join(flags)})"
    report = {
        "scored": result.scored,
        "pending": left(session),
        "ranges": {metric: list(found) for metric, found in result.ranges.items()},
        "flagged": {label: list(found) for label, found in result.flagged.items()},
    }
    return Outcome("score", line, report, result.failed, complete=not result.failed)


def in_words(ranges: Mapping[str, tuple[float, float]]) -> list[str]:
    """Lowest and highest score of each metric."""
    return [f"{metric} {low:.1f} to {high:.1f}" for metric, (low, high) in ranges.items()]


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Give every image its numbers: quality, aesthetic heads, a vector, a perceptual hash."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("score", count, amount(count, "image"))
        return session.end(work(session))
