"""collection score"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError

from . import taste as taste_of_votes
from .folders import Csv, Encoder, Folder, Heads, end, judged, preview, refuse_without_folder, write_csv
from .render import Outcome, Screen, amount
from .session import DryRun, Json, Session, working

if TYPE_CHECKING:
    from collection.picture_folder import PictureFolder


def left(session: Session) -> int:
    """Images that lack a score, a vector or a perceptual hash."""
    from collection.judge.score import pending

    return len(pending(session.project.store, session.project.scorers))


def work(session: Session) -> Outcome:
    """Score what has no score."""
    from collection.judge.score import ranges, score

    project = session.project
    counts = project.store.counts()
    total = counts["generated"] + counts["imported"]
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


def score_folder(screen: Screen, opened: PictureFolder, csv: Path | None) -> None:
    """Show the numbers of a folder's pictures, best first, and print them in the order of their paths."""
    found, metrics = opened.scores(), opened.metrics
    ordered = sorted(found, key=lambda name: [-found[name][metric] for metric in metrics])
    if csv:
        rows = [[name, *(found[name][metric] for metric in metrics)] for name in found]
        write_csv(csv, ["path", *metrics], rows)
    if found and not screen.as_json:
        screen.table(["path", *metrics], [[name, *(f"{found[name][m]:.2f}" for m in metrics)] for name in ordered])
    screen.line("score", f"{amount(len(found), 'image')}, {len(opened.skipped)} skipped")
    end(screen, opened, {"images": [{"path": name, "scores": scores} for name, scores in found.items()]})


def command(
    context: typer.Context,
    folder: Folder = None,
    encoder: Encoder = None,
    head: Heads = None,
    csv: Csv = None,
    taste: Annotated[bool, typer.Option("--taste", help="Learn a taste from votes, and score by it.")] = False,
    ask: Annotated[
        int | None, typer.Option("--ask", min=1, metavar="N", help="Name images whose verdict teaches most of a taste.")
    ] = None,
    curator: Annotated[
        str | None, typer.Option("--curator", metavar="NAME", help="The taste of this one; absent: that of all.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Give every image its numbers: quality, aesthetic heads, a vector, a perceptual hash."""
    if (taste or ask) and (folder or dry_run):
        raise UsageError("--taste and --ask are of a project's votes", "leave the folder and --dry-run away")
    if curator and not (taste or ask):
        raise UsageError("--curator says whose taste it is", "give --taste or --ask too")
    if folder:
        screen = Screen(as_json)
        if dry_run:
            return preview(screen, "score", folder)
        with judged(screen, "score", folder, encoder, head) as opened:
            return score_folder(screen, opened, csv)
    refuse_without_folder(encoder=encoder, head=head, csv=csv)
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("score", count, amount(count, "image"))
        if ask:
            return taste_of_votes.ask(session, curator, ask)
        if taste:
            return taste_of_votes.learn(session, curator)
        return session.end(work(session))
