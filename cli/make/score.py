"""collection score"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from collection.values import amount

from ..render import Screen
from ..session import DryRun, Json, opened
from .folders import Csv, Encoder, Folder, Heads, end, preview, refuse_without_folder, write_csv

if TYPE_CHECKING:
    from collection.stages.folders import FolderScores

SHOWN = ("sharpness", "exposure", "contrast")
"""Metrics that the table shows beside those that rank; --csv and --json have all."""


def show_ranges(screen: Screen, details: Mapping[str, Any]) -> None:
    """Show the lowest and the highest score of each metric, and which way is better."""
    better, ranges = details["better"], details["ranges"]
    rows = [[metric, f"{low:.3g}", f"{high:.3g}", better[metric]] for metric, (low, high) in ranges.items()]
    if rows and not screen.as_json:
        screen.table(["metric", "lowest", "highest", "better"], rows)


def show_folder(screen: Screen, found: FolderScores, csv: Path | None) -> None:
    """Show the scores of a folder's images, best first where a head judges them; the object lists them by path."""
    from collection.stages.report import counted

    if csv:
        table = [
            [item.name, *(item.scores.get(metric, "") for metric in found.metrics), " ".join(item.issues)]
            for item in found.pictures
        ]
        write_csv(csv, ["path", *found.metrics, "issues"], table)
    if found.pictures and not screen.as_json:
        shown = [*found.ranking_metrics, *(metric for metric in SHOWN if metric not in found.ranking_metrics)]
        ranking = found.ranking_metrics
        ordered = sorted(found.pictures, key=lambda item: [-item.scores[metric] for metric in ranking])
        rows = [[item.name, *(f"{item.scores[m]:.3g}" for m in shown), ", ".join(item.issues)] for item in ordered]
        screen.table(["path", *shown, "issues"], rows)
    issues = {item.name: item.issues for item in found.pictures if item.issues}
    with_issues = f", {len(issues)} with issues ({counted(issues)})" if issues else ""
    screen.line("score", f"{amount(len(found.pictures), 'image')}{with_issues}, {len(found.looked.skipped)} skipped")
    if found.pictures and not found.ranking_metrics:
        screen.line("judged by", "nothing: --head names a model that knows art")
    end(screen, found.looked, found.as_json())


def command(
    context: typer.Context,
    folder: Folder = None,
    encoder: Encoder = None,
    head: Heads = None,
    csv: Csv = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Score images: aesthetics, defects, safety, embeddings.

    Without FOLDER, the command scores the images of the project that lack a score. `collection metrics` explains
    every number.
    """
    if folder:
        screen = Screen(as_json)
        if dry_run:
            return preview(screen, "score", folder)
        from collection.stages.folders import score_folder

        with screen.progress("score", "images") as progress:
            found = score_folder(folder, encoder=encoder or "tiny-clip", heads=head or (), progress=progress)
        return show_folder(screen, found, csv)
    from collection.stages.score import ScoreStage

    refuse_without_folder(encoder=encoder, head=head, csv=csv)
    with opened(context, as_json) as session:
        if dry_run:
            return session.pending(ScoreStage())
        (report,) = session.work(ScoreStage())
        show_ranges(session.screen, report.details)
        return session.end(report)
