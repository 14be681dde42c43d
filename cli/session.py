"""What all commands share: common options, the opened project, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import Progress

from .render import Screen

if TYPE_CHECKING:
    from collection.project import Project
    from collection.stages.pipeline import Stage
    from collection.stages.report import Report

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout and everything else to stderr.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, without doing it.")]

Anyway = Annotated[bool, typer.Option("--anyway", help="Plan traits that are not painted too.")]
Yes = Annotated[
    bool, typer.Option("--yes", help="Set aside images of an earlier plan without a question, selected ones too.")
]
Again = Annotated[
    bool, typer.Option("--again", help="Freeze a new set although the old one is pinned or has a contract.")
]
YesMainnet = Annotated[
    str | None,
    typer.Option(
        "--yes-mainnet",
        metavar="NETWORK",
        help="Send to this main network, where gas costs money, without being asked.",
    ),
]


@dataclass(frozen=True)
class Session:
    """An opened project and the screen of the command."""

    project: Project
    screen: Screen

    def typed(self, command: str) -> str:
        """The command line of a command for this project."""
        folder = self.project.folder
        return f"collection -C {quote(str(folder))} {command}" if folder.name else f"collection {command}"

    def do(self, stage: Stage, dry_run: bool = False, *, alone: bool = True) -> None:
        """Run a stage and show its report; with `dry_run`, only show what is pending. `alone`: it writes."""
        if dry_run:
            return self.pending(stage)
        (report,) = self.work(stage, alone=alone)
        return self.end(report)

    def work(self, *stages: Stage, alone: bool = True) -> list[Report]:
        """Run stages and show each report as it comes. Ctrl-C stops without losing finished work."""
        from collection.stages.pipeline import run_stages

        try:
            return run_stages(self.project, stages, watch=self._watched, told=self.screen.report, alone=alone)
        except KeyboardInterrupt:
            self.screen.error("stopped; finished work is kept", "run the same command again to continue")
            raise typer.Exit(1) from None

    def end(self, report: Report) -> None:
        """Print the object of a report, and exit with 1 if the stage is not complete."""
        self.screen.object(report.as_json())
        if not report.complete:
            raise typer.Exit(1)

    def show(self, report: Report) -> None:
        """Show a report that no stage made, and end like a stage."""
        self.screen.report(report)
        self.end(report)

    def agreed(self, yes: bool) -> bool:
        """Whether images of an earlier plan may be set aside: by `--yes`, or by somebody at the terminal who is asked.

        Ends the command if that person says no.
        """
        from collection.stages.plan import PlanStage

        if not yes and sys.stdin.isatty() and (leaving := PlanStage().leaving(self.project)).images:
            typer.confirm(f"The changed collection.toml sets aside {leaving.line}. Go on?", abort=True, err=True)
            return True
        return yes

    def pending(self, stage: Stage) -> None:
        """Show what is pending of a stage: the answer of a dry run."""
        from collection.stages.names import foretold
        from collection.stages.pipeline import outlook_of
        from collection.stages.publish import FreezeStage

        found = outlook_of(self.project, stage)
        names = foretold(self.project, stage)  # which shows them
        self.screen.line(stage.name, str(found))
        if found.pending and isinstance(stage, FreezeStage) and (refusal := stage.refusal(self.project)):
            raise refusal
        told = {"names": names} if names else {}
        self.screen.object({"stage": stage.name, "pending": found.pending, "before": found.before, **told})

    def _watched(self, stage: Stage) -> AbstractContextManager[Progress]:
        return self.screen.progress(stage.name, f"{stage.unit}s")


def folder_of(context: typer.Context) -> Path:
    """The project folder that -C names."""
    folder: Path = context.obj
    return folder


@contextmanager
def opened_if_there(context: typer.Context, screen: Screen) -> Iterator[Project | None]:
    """The opened project in the folder of a command that needs none; None where there is none."""
    from collection.project import CONFIG_FILE, open_project

    folder = folder_of(context)
    if not (folder / CONFIG_FILE).exists():
        yield None
        return
    with open_project(folder, tell=screen.line) as project:
        yield project


@contextmanager
def opened(context: typer.Context, as_json: bool, yes_mainnet: str | None = None) -> Iterator[Session]:
    """The opened project of a command and its screen; `yes_mainnet` is the main network that was agreed to."""
    from collection.project import open_project

    screen, somebody = Screen(as_json), sys.stdin.isatty()
    confirm = (lambda _: yes_mainnet) if yes_mainnet else screen.ask if somebody else None
    with open_project(folder_of(context), screen.ask_password if somebody else None, confirm, screen.line) as project:
        yield Session(project, screen)


def one_numpy_thread() -> None:
    """Let NumPy use one thread in this process, for matrices so small that several would wait for each other.

    To be called before anything loads NumPy; what the environment says already stays.
    """
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = before or "1"  # read once, as NumPy is loaded
    import numpy  # noqa: F401

    if before is None:
        del os.environ["OPENBLAS_NUM_THREADS"]
