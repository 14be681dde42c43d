"""collection dedupe"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import ImageError, UsageError
from collection.values import amount

from .folders import Csv, Encoder, Folder, Heads, end, judged, preview, refuse_without_folder, write_csv
from .render import Outcome, Screen
from .session import DryRun, Json, Session, working

if TYPE_CHECKING:
    from collection.stages.picture_folder import Copy, PictureFolder

SHOWN = 3


def left(session: Session) -> int:
    """Images to compare: all of them if any is new since the last time."""
    from collection.judge.duplicates.dedupe import pending

    project = session.project
    return pending(project.store, project.nearness, project.ranking())


def work(session: Session, cosine: float | None = None) -> Outcome:
    """Find the near-duplicates, unless nothing changed; with `cosine` that threshold holds this time."""
    from collection.judge.duplicates.dedupe import dedupe, pending

    project, nearness = session.project, session.project.nearness
    if cosine is not None:
        nearness = replace(nearness, cosine=cosine)
    ranking = project.ranking()
    nothing = "" if pending(project.store, nearness, ranking) else "nothing to do: "
    if not nothing:
        with session.screen.progress("dedupe", "images") as progress:
            dedupe(project.store, nearness, ranking, progress=progress)
    aside = project.store.duplicates()
    pairs = [f"{item.keeper} kept, {item.asset_id:04d} set aside" for item in aside[:SHOWN]]
    more = f"; and {len(aside) - SHOWN} more" if len(aside) > SHOWN else ""
    line = f"{nothing}{amount(len(aside), 'near-duplicate')}{': ' if aside else ''}{'; '.join(pairs)}{more}"
    items = [
        {
            "image": item.asset_id, "keeper": item.keeper_id or item.elsewhere, "why": item.why,
            "distance": item.distance,
        }
        for item in aside
    ]  # fmt: skip
    report = project.store.stage_report("dedupe")
    return Outcome("dedupe", f"{line}{searched(report.get('search', {}))}", {**report, "duplicates": items})


def searched(search: Mapping[str, Any]) -> str:
    """What is to be known of how the images were searched, if anything."""
    notes = []
    if search.get("method") == "faiss":
        recall = search["recall"]
        share = "the sample had no neighbours" if recall is None else f"found {recall:.1%} of the neighbours"
        notes.append(f"searched with FAISS, which {share} of {amount(search['sampled'], 'image')}")
    if search.get("cut"):
        notes.append(f"{amount(search['cut'], 'image')} with more neighbours than are kept, compared anew")
    return "".join(f"; {note}" for note in notes)


def show_thresholds(session: Session) -> None:
    """How many groups each series has, and would have with its threshold elsewhere."""
    report = session.project.store.stage_report("dedupe")
    shifted = report.get("shifted", {})
    rows = [
        [name or "imported", f"{report['cosines'][name]:.3f}", *(str(groups) for _, groups in pairs)]
        for name, pairs in shifted.items()
    ]
    if rows and not session.screen.as_json:
        steps = [f"at {step:+g}" if step else "groups" for step, _ in next(iter(shifted.values()))]
        session.screen.table(["series", "cosine", *steps], rows)


def compare(session: Session, place: Path) -> None:
    """Set aside what is too near to a picture at another place."""
    from collection.judge.duplicates.cross_collection import dedupe_against

    project = session.project
    with session.screen.progress("against", "images") as progress:
        others = project.elsewhere(place, progress=progress)
    report = dedupe_against(project.store, project.nearness, others)
    session.screen.line(
        "against",
        f"{amount(len(report.twins), 'image')} of {report.compared} set aside for pictures in {place}, "
        f"which has {report.others:,}",
    )
    if others.unscored:
        session.screen.note(f"{amount(others.unscored, 'image')} in {place} have no score and were not compared")


def dedupe_folder(screen: Screen, opened: PictureFolder, csv: Path | None, target: Path | None) -> None:
    """Show the groups of a folder and, if there is a `target`, move the copies there."""
    groups = opened.groups()
    rows = [(keeper, copy) for keeper, copies in groups.items() for copy in copies]
    if csv:
        table = [[keeper, copy.name, copy.why, copy.distance] for keeper, copy in rows]
        write_csv(csv, ["keeper", "path", "why", "distance"], table)
    if rows and not screen.as_json:
        shown = [[keeper, copy.name, copy.why, f"{copy.distance:g}"] for keeper, copy in rows]
        screen.table(["kept", "copy", "why", "distance"], shown)
    screen.line("dedupe", f"{amount(len(rows), 'near-duplicate')} among {amount(len(opened.judged.names), 'image')}")
    listed = [
        {"keeper": keeper, "members": [{"path": c.name, "why": c.why, "distance": c.distance} for c in copies]}
        for keeper, copies in groups.items()
    ]
    moved, stayed = _move(screen, opened, rows, target) if target else ([], [])
    more = {"moved": moved, "failed": stayed} if target else {}
    end(screen, opened, {"groups": listed, **more})
    if stayed:
        raise typer.Exit(1)


def _move(
    screen: Screen, opened: PictureFolder, rows: Sequence[tuple[str, Copy]], target: Path
) -> tuple[list[str], list[dict[str, str]]]:
    """Move the copies, and say which were moved and which stay."""
    from collection.pictures.folders import move_file

    moved, stayed = [], []
    for _, copy in rows:
        path = opened.judged.files[copy.name]
        try:
            move_file(path, target / path.relative_to(opened.folder))
        except ImageError as error:
            stayed.append({"what": copy.name, "why": error.message})
            screen.note(f"not moved: {copy.name}: {error.message}")
        else:
            moved.append(copy.name)
            screen.line("moved", f"{copy.name} to {target}")
    return moved, stayed


def command(
    context: typer.Context,
    folder: Folder = None,
    against: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, metavar="PLACE",
            help="Also set aside what is near a picture in this project or folder.",
        ),
    ] = None,
    not_against: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="Take back what --against PLACE set aside.")
    ] = None,
    move_to: Annotated[
        Path | None, typer.Option(file_okay=False, metavar="DIR", help="With FOLDER: move the copies there.")
    ] = None,
    cosine: Annotated[
        float | None,
        typer.Option(min=0.01, max=1, help="Least cosine of near-duplicates, this time; [dedupe] keeps it."),
    ] = None,
    encoder: Encoder = None,
    head: Heads = None,
    csv: Csv = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Set near-duplicates aside: same bytes, same pixels, near hash (also mirrored), near vector.

    The best of each group is kept, or the first or the largest as [dedupe] says, and locked images always.
    """
    if folder:
        if against or not_against:
            raise UsageError("--against is for a project", "collection -C PROJECT dedupe --against PLACE")
        if move_to and move_to.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{move_to} lies in {folder}, where the copies are found again", "move them elsewhere")
        screen = Screen(as_json)
        if dry_run:
            return preview(screen, "dedupe", folder)
        from collection.config import Dedupe

        with judged(screen, "dedupe", folder, encoder, head, Dedupe(cosine=cosine)) as opened:
            return dedupe_folder(screen, opened, csv, move_to)
    refuse_without_folder(move_to=move_to, encoder=encoder, head=head, csv=csv)
    with working(context, as_json, dry_run) as session:
        if not_against and not dry_run:
            session.project.store.replace_against(str(not_against.resolve()), [])
        if against and not dry_run:
            compare(session, against)
        if dry_run:
            count = left(session)
            return session.pending("dedupe", count, f"a comparison of {amount(count, 'image')}")
        outcome = work(session, cosine)
        show_thresholds(session)
        return session.end(outcome)
