"""collection score"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import amount

from . import taste as taste_of_votes
from .folders import Csv, Encoder, Folder, Heads, end, judged, preview, refuse_without_folder, write_csv
from .render import Outcome, Screen, counted
from .session import DryRun, Json, Session, reading, working

if TYPE_CHECKING:
    from collection.project import Project
    from collection.stages.picture_folder import PictureFolder

Flagged = Mapping[int, Mapping[str, str]]
"""What is wrong with images, by number: flags, and why in words."""
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


def left(session: Session) -> int:
    """Images that lack a score, a vector or a perceptual hash."""
    from collection.judge.score import pending

    return len(pending(session.project.store, session.project.scorers))


def work(session: Session) -> Outcome:
    """Score what has no score."""
    from collection.judge.score import score

    project = session.project
    counts = project.store.counts()
    total = counts["generated"] + counts["imported"]
    if not left(session):
        hint = None if total else "`collection generate` comes first"
        project.store.keep_percentiles(project.scorers.models)  # images may have left the plan
        flags = project.flags
        line = f"nothing to do: {total} of {amount(total, 'image')} scored{said(project, flags)}"
        report = {"scored": 0, "pending": 0, **found(project, flags)}
        return Outcome("score", line, report, complete=bool(total), hint=hint)
    with session.screen.progress("score", "images") as progress:
        result = score(
            project.store, project.files, project.scorers, batch_size=project.config.score.batch, progress=progress
        )
    for note in result.notes:
        session.screen.note(note)
    flags = project.flags
    line = f"{amount(result.scored, 'image')}{said(project, flags)}"
    report = {"scored": result.scored, "pending": left(session), **found(project, flags), "notes": list(result.notes)}
    return Outcome("score", line, report, result.failed, complete=not result.failed)


def found(project: Project, flags: Flagged) -> dict[str, Any]:
    """What the numbers of all images are, for programs."""
    ranges = project.store.score_ranges(project.scorers.models)
    return {
        "ranges": {metric: list(range_) for metric, range_ in ranges.items()},
        "flagged": {f"{number:04d}": named for number, named in flags.items()},
        "safety": project.config.score.safety,
    }


def said(project: Project, flags: Flagged) -> str:
    """What ranks the images, their flags, and whether safety was looked at: the end of a line."""
    ranges = project.store.score_ranges(project.ranking_metrics)
    text = "".join(f", {metric} {low:.1f} to {high:.1f}" for metric, (low, high) in ranges.items())
    text += f"; {len(flags)} flagged ({counted(flags)})" if flags else ""
    return text + ("; nsfw not looked for" if project.config.score.safety == "off" else "")


def show_ranges(session: Session, ranges: Mapping[str, Sequence[float]]) -> None:
    """A table of the lowest and the highest score of each metric."""
    rows = [[metric, f"{low:.3g}", f"{high:.3g}"] for metric, (low, high) in ranges.items()]
    if rows and not session.screen.as_json:
        session.screen.table(["metric", "lowest", "highest"], rows)


def show_mismatches(session: Session) -> None:
    """List the images that seem to show another value of a trait than was planned."""
    from collection.judge.set_metrics.trait_match import mismatches

    project = session.project
    found = mismatches(project.store, project.scorers.encoder)
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
    images = len({item.asset.id for item in found})
    session.screen.line("score", f"{amount(images, 'image')} with a trait that another value fits better")
    session.screen.object({"mismatches": [
        {
            "image": item.asset.id, "trait": item.trait, "planned": item.planned, "probability": item.probability,
            "seen": item.seen, "seen_probability": item.seen_probability,
        }
        for item in found
    ]})  # fmt: skip


def show_references(session: Session) -> None:
    """List the images by how like they are to a reference picture, most alike first."""
    project = session.project
    if not project.config.score.references:
        raise UsageError("no references are named", 'set references = ["FOLDER"] in [score], then: collection score')
    nearest = project.store.nearest()
    found = [(asset, nearest[asset.file_sha256]) for asset in project.store.assets() if asset.file_sha256 in nearest]
    found.sort(key=lambda item: (-item[1].cosine, item[0].id))
    if found and not session.screen.as_json:
        rows = [[asset.label, item.reference, f"{item.cosine:.3f}"] for asset, item in found]
        session.screen.table(["image", "nearest reference", "cosine"], rows)
    session.screen.line("score", f"{amount(len(found), 'image')} held against references")
    session.screen.object({"references": [
        {"image": asset.id, "reference": item.reference, "cosine": item.cosine} for asset, item in found
    ]})  # fmt: skip


def score_folder(screen: Screen, opened: PictureFolder, csv: Path | None) -> None:
    """Show the numbers of a folder's pictures, best first, and print them in the order of their paths."""
    scores, metrics, flags = opened.scores(), opened.metrics, opened.flags()
    if csv:
        rows = [[name, *(scores[name][m] for m in metrics), " ".join(flags.get(name, ()))] for name in scores]
        write_csv(csv, ["path", *metrics, "flags"], rows)
    if scores and not screen.as_json:
        shown = [*opened.ranking_metrics, *(metric for metric in SHOWN if metric not in opened.ranking_metrics)]
        ordered = sorted(scores, key=lambda name: [-scores[name][metric] for metric in shown])
        rows = [[name, *(f"{scores[name][m]:.3g}" for m in shown), ", ".join(flags.get(name, ()))] for name in ordered]
        screen.table(["path", *shown, "flags"], rows)
    flagged = f", {len(flags)} flagged ({counted(flags)})" if flags else ""
    screen.line("score", f"{amount(len(scores), 'image')}{flagged}, {len(opened.skipped)} skipped")
    percentiles = opened.percentiles()
    images = [
        {"path": name, "scores": values, "percentiles": percentiles[name], "flags": flags.get(name, {})}
        for name, values in scores.items()
    ]
    end(screen, opened, {"images": images})


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
    if mismatches or references:
        with reading(context, as_json) as session:
            return show_mismatches(session) if mismatches else show_references(session)
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
        outcome = work(session)
        show_ranges(session, outcome.report["ranges"])
        return session.end(outcome)


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
