"""What `score` and `dedupe` share if they get a folder of images instead of a project."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import Failure, amount

from ..render import SHOWN_FAILURES, Screen

if TYPE_CHECKING:
    from collection.stages.folders import Looked

Folder = Annotated[
    Path | None,
    typer.Argument(
        exists=True, file_okay=False, show_default=False, metavar="[FOLDER]",
        help="A folder of images. Default: the images of the project.",
    ),
]  # fmt: skip
Encoder = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="With FOLDER: the encoder, named as in [score].", show_default="tiny-clip"),
]
Heads = Annotated[
    list[str] | None,
    typer.Option("--head", metavar="HEAD", help="With FOLDER: an aesthetic head, named as in [score]; repeatable."),
]
Csv = Annotated[
    Path | None, typer.Option(dir_okay=False, metavar="FILE", help="With FOLDER: write the table to this file.")
]


def refuse_without_folder(**options: object) -> None:
    """Raise UsageError for options that need a FOLDER."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise UsageError(f"{given[0]} needs a FOLDER", "name the FOLDER; collection.toml sets this for a project")


def preview(screen: Screen, stage: str, folder: Path) -> None:
    """Show how many files a dry run found."""
    from collection.stages.folders import count_files

    count = count_files(folder)
    screen.line(stage, f"{amount(count, 'file')} pending in {folder}")
    screen.object({"stage": stage, "pending": count})


def end(screen: Screen, looked: Looked, report: Mapping[str, Any]) -> None:
    """Show what was skipped and print the object; exit with 1 if the folder has no image."""
    for note in looked.notes:
        screen.note(note)
    _name(screen, looked.noted, "noted")
    _name(screen, looked.skipped, "skipped")
    screen.object(report)
    if not looked.count:
        screen.note(f"there is no picture in {looked.folder}")
        raise typer.Exit(1)


def _name(screen: Screen, failures: Sequence[Failure], what: str) -> None:
    for failure in failures[:SHOWN_FAILURES]:
        screen.note(f"{what}: {failure.what}: {failure.why}")
    if len(failures) > SHOWN_FAILURES:
        screen.note(f"{what}: {amount(len(failures) - SHOWN_FAILURES, 'more file')}")


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table as CSV (RFC 4180, UTF-8)."""
    from collection.atomic_file import write_durably

    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    write_durably(path, text.getvalue().encode())
