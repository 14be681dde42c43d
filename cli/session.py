"""What every command shares: its options, the opened project, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .render import Outcome, Screen

if TYPE_CHECKING:
    from collection.project import Project
    from collection.stages.publication import Publication

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, all else on stderr.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@dataclass(frozen=True)
class Session:
    """An opened project and the screen of the command that opened it."""

    project: Project
    screen: Screen

    @cached_property
    def publication(self) -> Publication:
        """The project's way to the public."""
        from collection.stages.publication import Publication

        return Publication(self.project)

    def typed(self, command: str) -> str:
        """A command as it is typed for this project."""
        folder = self.project.folder
        return f"collection -C {folder} {command}" if folder.name else f"collection {command}"

    def end(self, outcome: Outcome) -> None:
        """Show what a stage did, and leave with 1 if it is not complete."""
        self.screen.outcome(outcome)
        self.screen.object(outcome.as_json())
        if not outcome.complete:
            raise typer.Exit(1)

    def pending(self, stage: str, count: int, what: str, **more: Any) -> None:
        """The answer of a dry run."""
        self.screen.line(stage, f"would do {what}" if count else "nothing to do")
        self.screen.object({"stage": stage, "pending": count, **more})


def folder_of(context: typer.Context) -> Path:
    """The project folder that -C names."""
    folder: Path = context.obj
    return folder


@contextmanager
def reading(context: typer.Context, as_json: bool) -> Iterator[Session]:
    """A session that changes no image: it only reads, or records what people decide, for which there is no turn."""
    from collection.project import open_project

    with open_project(folder_of(context)) as project:
        yield Session(project, Screen(as_json))


@contextmanager
def working(context: typer.Context, as_json: bool, dry_run: bool = False) -> Iterator[Session]:
    """A session that does work: alone in the project, and stopped by Ctrl-C without loss. A dry run only reads."""
    with reading(context, as_json) as session:
        if dry_run:
            yield session
            return
        with session.project.working():
            try:
                yield session
            except KeyboardInterrupt:
                session.screen.error("stopped; what was finished is kept", "the same command goes on from here")
                raise typer.Exit(1) from None
