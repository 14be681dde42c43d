"""collection dedupe"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import amount

from ..render import Screen
from ..session import DryRun, Json, opened
from .folders import Csv, Encoder, Folder, Heads, end, preview, refuse_without_folder, write_csv

if TYPE_CHECKING:
    from collection.stages.folders import FolderDuplicates


class Keep(StrEnum):
    """What [dedupe] calls keep."""

    best = "best"
    first = "first"
    largest = "largest"


def show_thresholds(screen: Screen, report: Mapping[str, Any]) -> None:
    """Show how many groups each series has, also with other thresholds."""
    shifted = report.get("shifted", {})
    rows = [
        [name or "imported", f"{report['cosines'][name]:.3f}", *(str(groups) for _, groups in pairs)]
        for name, pairs in shifted.items()
    ]
    if rows and not screen.as_json:
        steps = [f"at {step:+g}" if step else "groups" for step, _ in next(iter(shifted.values()))]
        screen.table(["series", "cosine", *steps], rows)


def show_folder(screen: Screen, found: FolderDuplicates, csv: Path | None, target: Path | None) -> None:
    """Show the groups of a folder and, if there is a `target`, the copies that were moved there."""
    if csv:
        table = [[keeper, copy.name, copy.why, copy.distance] for keeper, copy in found.copies]
        write_csv(csv, ["keeper", "path", "why", "distance"], table)
    if found.copies and not screen.as_json:
        shown = [[keeper, copy.name, copy.why, f"{copy.distance:g}"] for keeper, copy in found.copies]
        screen.table(["kept", "copy", "why", "distance"], shown)
    count = amount(len(found.copies), "near-duplicate")
    alike = sum(len(copies) for copies in found.look_alikes.values())
    similar = f"; {amount(alike, 'look-alike')} left alone" if alike else ""
    screen.line("dedupe", f"{count} among {amount(found.looked.count, 'image')}{similar}")
    if 4 * len(found.copies) > found.looked.count:
        screen.note(
            f"{len(found.copies)} of {amount(found.looked.count, 'image')} would be set aside: look at them before you "
            "use --move-to; `--tile-difference 5` is stricter, `--without vectors` leaves a signal out"
        )
    for name in found.moved:
        screen.line("moved", f"{name} to {target}")
    for failure in found.stayed:
        screen.note(f"not moved: {failure.what}: {failure.why}")
    failed = [{"what": failure.what, "why": failure.why} for failure in found.stayed]
    end(screen, found.looked, {**found.as_json(), **({"moved": list(found.moved), "failed": failed} if target else {})})
    if found.stayed:
        raise typer.Exit(1)


def command(
    context: typer.Context,
    folder: Folder = None,
    against: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, metavar="PLACE",
            help="Also mark images that are near a picture in this project or folder.",
        ),
    ] = None,
    not_against: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="Undo what --against PLACE marked.")
    ] = None,
    move_to: Annotated[
        Path | None, typer.Option(file_okay=False, metavar="DIR", help="With FOLDER: move the duplicates there.")
    ] = None,
    cosine: Annotated[
        float | None,
        typer.Option(
            min=0.01, max=1, metavar="COSINE",
            help="Least cosine similarity of candidates, for this run only; [dedupe] keeps it.",
        ),
    ] = None,
    keep: Annotated[
        Keep | None,
        typer.Option(help="Which of a group is kept, for this run only; [dedupe] explains them.", show_default="best"),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="SIGNAL", help="Switch off phash, turns, borders or vectors, for this run; repeatable."),
    ] = None,
    tile_difference: Annotated[
        float | None,
        typer.Option(
            min=0, max=255, metavar="LEVELS",
            help="Levels in which the worst place of two copies may differ, for this run; 255: no second look.",
        ),
    ] = None,
    encoder: Encoder = None,
    head: Heads = None,
    csv: Csv = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Mark near-duplicates and keep the best of each group.

    Perceptual hashes (also turned, mirrored, without a plain border) and embeddings propose pairs, and a second look
    lays the two over each other and decides. Images with different traits are different tokens unless their pixels are
    equal. What is only similar is a look-alike: the stacks of `collection review` show it, and it stays in the set.
    """
    if folder:
        if against or not_against:
            raise UsageError("--against needs a project, not a FOLDER", "collection -C PROJECT dedupe --against PLACE")
        screen = Screen(as_json)
        if dry_run:
            return preview(screen, "dedupe", folder)
        from collection.stages.folders import dedupe_folder

        with screen.progress("dedupe", "images") as progress:
            found = dedupe_folder(
                folder, encoder=encoder or "tiny-clip", heads=head or (), cosine=cosine,
                keep=keep.value if keep else "best", without=without or (), tile_difference=tile_difference,
                move_to=move_to, progress=progress,
            )  # fmt: skip
        return show_folder(screen, found, csv, move_to)
    refuse_without_folder(move_to=move_to, encoder=encoder, head=head, csv=csv)
    from collection.stages.dedupe import AgainstStage, DedupeStage

    with opened(context, as_json) as session:
        stage = DedupeStage(cosine, keep.value if keep else None, tuple(without or ()), tile_difference)
        if dry_run:
            return session.pending(stage)
        elsewhere = [AgainstStage(not_against, forget=True)] if not_against else []
        elsewhere += [AgainstStage(against)] if against else []
        *_, report = session.work(*elsewhere, stage)
        show_thresholds(session.screen, report.details)
        return session.end(report)
