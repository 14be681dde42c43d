"""collection dedupe"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import ImageError, UsageError
from collection.values import amount

from ..render import Screen
from ..session import DryRun, Json
from .folders import Csv, Encoder, Folder, Heads, end, judged, preview, refuse_without_folder, write_csv

if TYPE_CHECKING:
    from collection.stages.picture_folder import Copy, PictureFolder


def show_thresholds(screen: Screen, report: Mapping[str, Any]) -> None:
    """How many groups each series has, and would have with its threshold elsewhere."""
    shifted = report.get("shifted", {})
    rows = [
        [name or "imported", f"{report['cosines'][name]:.3f}", *(str(groups) for _, groups in pairs)]
        for name, pairs in shifted.items()
    ]
    if rows and not screen.as_json:
        steps = [f"at {step:+g}" if step else "groups" for step, _ in next(iter(shifted.values()))]
        screen.table(["series", "cosine", *steps], rows)


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
    from collection.stages.dedupe import AgainstStage, DedupeStage

    with opened(context, as_json) as session:
        stage = DedupeStage(cosine)
        if dry_run:
            return session.pending(stage)
        elsewhere = [AgainstStage(not_against, forget=True)] if not_against else []
        elsewhere += [AgainstStage(against)] if against else []
        *_, report = session.work(*elsewhere, stage)
        show_thresholds(session.screen, report.details)
        return session.end(report)
