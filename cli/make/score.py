"""collection score"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError
from collection.values import amount

from ..render import Screen
from ..session import DryRun, Json, Session, opened
from .folders import Csv, Encoder, Folder, Heads, end, preview, refuse_without_folder, write_csv

if TYPE_CHECKING:
    from collection.stages.folders import FolderScores

SHOWN = ("quality", "sharpness", "exposure")
"""Metrics of the table for people besides those that rank; --csv and --json have all."""

Mismatches = Annotated[
    bool, typer.Option("--mismatches", help="List the images that do not seem to show a trait as planned, worst first.")
]
Taste = Annotated[bool, typer.Option("--taste", help="Learn a taste from votes, and score by it.")]
Ask = Annotated[
    int | None, typer.Option("--ask", min=1, metavar="N", help="Name images whose verdict teaches most of a taste.")
]
Curator = Annotated[
    str | None, typer.Option("--curator", metavar="NAME", help="The taste of this one; absent: that of all.")
]
References = Annotated[
    bool, typer.Option("--references", help="List each image's nearest reference picture, most alike first.")
]


def show_ranges(session: Session, ranges: Mapping[str, Sequence[float]]) -> None:
    """A table of the lowest and the highest score of each metric, and which way is better."""
    from collection.judge.catalogue import better
    from collection.stages.judges import judges_of

    ranking = judges_of(session.project).ranking_metrics
    rows = [[metric, f"{low:.3g}", f"{high:.3g}", better(metric, ranking)] for metric, (low, high) in ranges.items()]
    if rows and not session.screen.as_json:
        session.screen.table(["metric", "lowest", "highest", "better"], rows)


def show_mismatches(session: Session) -> None:
    """List the images that seem to show another value of a trait than was planned."""
    from collection.stages.score import mismatched

    found, report = mismatched(session.project)
    rows = [
        [
            item.asset.label,
            item.trait,
            item.planned,
            f"{item.probability:.2f}",
            item.seen,
            f"{item.seen_probability:.2f}",
        ]
        for item in found
    ]
    if rows and not session.screen.as_json:
        session.screen.table(["image", "trait", "planned", "chance", "seen", "chance"], rows)
    session.show(report)


def show_references(session: Session) -> None:
    """List the images by how like they are to a reference picture, most alike first."""
    from collection.stages.score import nearest_references

    found, report = nearest_references(session.project)
    if found and not session.screen.as_json:
        rows = [[asset.label, item.reference, f"{item.cosine:.3f}"] for asset, item in found]
        session.screen.table(["image", "nearest reference", "cosine"], rows)
    session.show(report)


def show_folder(screen: Screen, found: FolderScores, csv: Path | None) -> None:
    """Show the numbers of a folder's pictures, best first, and print them in the order of their paths."""
    from collection.stages.report import counted

    if csv:
        table = [
            [item.name, *(item.scores.get(metric, "") for metric in found.metrics), " ".join(item.flags)]
            for item in found.pictures
        ]
        write_csv(csv, ["path", *found.metrics, "flags"], table)
    if found.pictures and not screen.as_json:
        shown = [*found.ranking_metrics, *(metric for metric in SHOWN if metric not in found.ranking_metrics)]
        ordered = sorted(found.pictures, key=lambda item: [-item.scores[metric] for metric in shown])
        rows = [[item.name, *(f"{item.scores[m]:.3g}" for m in shown), ", ".join(item.flags)] for item in ordered]
        screen.table(["path", *shown, "flags"], rows)
    flags = {item.name: item.flags for item in found.pictures if item.flags}
    flagged = f", {len(flags)} flagged ({counted(flags)})" if flags else ""
    screen.line("score", f"{amount(len(found.pictures), 'image')}{flagged}, {len(found.looked.skipped)} skipped")
    end(screen, found.looked, found.as_json())


def command(
    context: typer.Context,
    folder: Folder = None,
    encoder: Encoder = None,
    head: Heads = None,
    csv: Csv = None,
    mismatches: Mismatches = False,
    references: References = False,
    taste: Taste = False,
    ask: Ask = None,
    curator: Curator = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Give every image its numbers: quality, aesthetic heads, a vector, a perceptual hash, what it means."""
    _refuse_mixtures(bool(folder or dry_run), curator, mismatches, references, taste, ask)
    if folder:
        screen = Screen(as_json)
        if dry_run:
            return preview(screen, "score", folder)
        from collection.stages.folders import score_folder

        with screen.progress("score", "images") as progress:
            found = score_folder(folder, encoder=encoder or "embedded", heads=head or (), progress=progress)
        return show_folder(screen, found, csv)
    from collection.stages.score import ScoreStage
    from collection.stages.taste import LearnTasteStage, questions

    refuse_without_folder(encoder=encoder, head=head, csv=csv)
    with opened(context, as_json) as session:
        if mismatches:
            return show_mismatches(session)
        if references:
            return show_references(session)
        if ask:
            return session.show(questions(session.project, ask, curator))
        if taste:
            return session.do(LearnTasteStage(curator))
        if dry_run:
            return session.pending(ScoreStage())
        (report,) = session.work(ScoreStage())
        show_ranges(session, report.details["ranges"])
        return session.end(report)


def _refuse_mixtures(
    elsewhere: bool, curator: str | None, mismatches: bool, references: bool, taste: bool, ask: int | None
) -> None:
    asked = [
        name
        for name, wanted in (
            ("--mismatches", mismatches), ("--references", references), ("--taste", taste), ("--ask", ask),
        )
        if wanted
    ]  # fmt: skip
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are different questions", "ask one of them at a time")
    if asked and elsewhere:
        raise UsageError(f"{asked[0]} is about a project", "leave the FOLDER and --dry-run out")
    if curator and not (taste or ask):
        raise UsageError("--curator says whose taste it is", "give --taste or --ask too")
