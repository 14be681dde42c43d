"""What `score` and `dedupe` share where they are given a plain folder of pictures and no project."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import Failure, amount

from .render import SHOWN_FAILURES, Screen

if TYPE_CHECKING:
    from collection.config import Dedupe
    from collection.stages.picture_folder import PictureFolder

Folder = Annotated[
    Path | None,
    typer.Argument(
        exists=True, file_okay=False, show_default=False, metavar="[FOLDER]",
        help="A plain folder of images; without it, the project.",
    ),
]  # fmt: skip
Encoder = Annotated[str | None, typer.Option(help="With FOLDER: as `encoder` in [score].", show_default="embedded")]
Heads = Annotated[list[str] | None, typer.Option("--head", help="With FOLDER: as `heads` in [score], one an option.")]
Csv = Annotated[Path | None, typer.Option(dir_okay=False, metavar="FILE", help="With FOLDER: write the table there.")]


def refuse_without_folder(**options: object) -> None:
    """Raise UsageError for options that only a folder has."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise UsageError(f"{given[0]} is for a plain folder", "name the FOLDER; a project says it in collection.toml")


def preview(screen: Screen, stage: str, folder: Path) -> None:
    """The answer of a dry run."""
    from collection.pictures.folders import picture_files

    files, _ = picture_files(folder)
    screen.line(stage, f"would look at {amount(len(files), 'file')} in {folder}")
    screen.object({"stage": stage, "pending": len(files)})


@contextmanager
def judged(
    screen: Screen, stage: str, folder: Path, encoder: str | None, heads: Sequence[str] | None,
    nearness: Dedupe | None = None,
) -> Iterator[PictureFolder]:  # fmt: skip
    """The folder, judged as the options say."""
    from collection.config import Score
    from collection.stages.picture_folder import open_folder

    wish = Score(encoder=encoder or "embedded", heads=tuple(heads or ()))
    with screen.progress(stage, "images") as progress, open_folder(folder, wish, nearness, progress=progress) as found:
        yield found


def end(screen: Screen, opened: PictureFolder, report: dict[str, Any]) -> None:
    """Say what was skipped and print the object; leave with 1 if there is no picture in the folder."""
    _name(screen, opened.judged.noted, "noted")
    _name(screen, opened.skipped, "skipped")
    skipped = [{"path": failure.what, "why": failure.why} for failure in opened.skipped]
    screen.object({**report, "skipped": skipped})
    if not opened.judged.names:
        screen.note(f"there is no picture in {opened.folder}")
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
