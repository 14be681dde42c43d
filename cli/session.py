"""What every command shares: its options, the opened project, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import Progress, amount

from .render import Screen

if TYPE_CHECKING:
    from collection.project import Project
    from collection.stages.pipeline import Stage
    from collection.stages.report import Report

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, all else on stderr.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@dataclass(frozen=True)
class Session:
    """An opened project and the screen of the command that opened it."""

    project: Project
    screen: Screen

    def typed(self, command: str) -> str:
        """A command as it is typed for this project."""
        folder = self.project.folder
        return f"collection -C {folder} {command}" if folder.name else f"collection {command}"

    def do(self, stage: Stage, dry_run: bool = False, *, alone: bool = True) -> None:
        """Run a stage and show what it did, or with `dry_run` only what is pending."""
        if dry_run:
            return self.pending(stage)
        (report,) = self.work(stage, alone=alone)
        return self.end(report)

    def work(self, *stages: Stage, alone: bool = True) -> list[Report]:
        """Run stages and show each report as it comes; stopped by Ctrl-C, nothing that was finished is lost."""
        from collection.stages.pipeline import run_stages

        try:
            return run_stages(self.project, stages, watch=self._watched, told=self.screen.report, alone=alone)
        except KeyboardInterrupt:
            self.screen.error("stopped; what was finished is kept", "the same command goes on from here")
            raise typer.Exit(1) from None

    def end(self, report: Report) -> None:
        """Print the object of a report, and leave with 1 if the stage is not complete."""
        self.screen.object(report.as_json())
        if not report.complete:
            raise typer.Exit(1)

    def show(self, report: Report) -> None:
        """Show a report of something that is no stage, and print its object."""
        self.screen.report(report)
        self.end(report)

    def pending(self, stage: Stage) -> None:
        """The answer of a dry run."""
        count = stage.pending(self.project)
        self.screen.line(stage.name, f"{amount(count, stage.unit)} pending" if count else "nothing to do")
        self.screen.object({"stage": stage.name, "pending": count})

    def _watched(self, stage: Stage) -> AbstractContextManager[Progress]:
        return self.screen.progress(stage.name, f"{stage.unit}s")


def folder_of(context: typer.Context) -> Path:
    """The project folder that -C names."""
    folder: Path = context.obj
    return folder


@contextmanager
def opened(context: typer.Context, as_json: bool) -> Iterator[Session]:
    """The project that the command is about."""
    from collection.project import open_project

    screen = Screen(as_json)
    with open_project(folder_of(context), screen.ask_password if sys.stdin.isatty() else None) as project:
        yield Session(project, screen)
