"""collection import"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collection.values import Failure, amount

from .adding import spans
from .render import Outcome
from .session import DryRun, Json, Session, working


def work(session: Session, folder: Path) -> Outcome:
    """Take in what is new in the folder."""
    from collection.importers.pictures import import_folder

    with session.screen.progress("import", "files") as progress:
        report = import_folder(session.project.archive, folder, progress=progress)
    for failure in (*report.noted, *report.known)[:10]:
        session.screen.note(f"{failure.what}: {failure.why}")
    numbers = list(report.imported.values())
    said = [
        f"{amount(len(numbers), 'image')}{': ' if numbers else ''}{spans(numbers)}",
        f"{len(report.known)} imported already" if report.known else "",
        f"{amount(len(report.skipped), 'file')} skipped" if report.skipped else "",
    ]
    listed = {name: _listed(getattr(report, name)) for name in ("known", "skipped", "noted")}
    images = [{"path": path, "image": number} for path, number in report.imported.items()]
    there = bool(numbers or report.known)
    hint = "`collection score` judges them" if numbers else None if there else f"there is no picture in {folder}"
    line = ", ".join(filter(None, said))
    return Outcome("import", line, {"imported": images, **listed}, report.skipped, complete=there, hint=hint)


def _listed(failures: tuple[Failure, ...]) -> list[dict[str, str]]:
    return [{"path": failure.what, "why": failure.why} for failure in failures]


def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, metavar="FOLDER", help="Images, and JSON beside them.")
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take images from anywhere into the project, with the traits that JSON files beside them tell."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            from collection.importers.pictures import pending

            count = len(pending(session.project.archive, folder))
            return session.pending("import", count, amount(count, "file"))
        return session.end(work(session, folder))
