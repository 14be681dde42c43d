"""What a person sees, and what a program reads: lines and progress bars, or one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from collection.values import Progress, silent

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBars

    from collection.stages.report import Report

SHOWN_FAILURES = 10


class Screen:
    """Where a command shows what it does. With `as_json`, stdout gets one object and stderr all else."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(stderr=as_json, highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bars: ProgressBars | None = None

    def line(self, head: str, text: str) -> None:
        """One line: who speaks, and what it says."""
        self.out.print(f"[bold]{escape(head):<10}[/bold] {escape(text)}")

    def note(self, text: str) -> None:
        """Something to know that is no failure, on stderr."""
        self.err.print(f"{'':10} [yellow]{escape(text)}[/yellow]")

    def say(self, text: str) -> None:
        """A line of free text."""
        self.out.print(escape(text))

    def wrapped(self, text: str) -> None:
        """Free text under a heading, indented and broken at the width of the screen."""
        from rich.padding import Padding

        self.out.print(Padding(escape(text), (0, 0, 0, 4), expand=False), soft_wrap=False)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows under a heading; all columns but the first are numbers or short words."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for place, name in enumerate(header):
            table.add_column(escape(name), justify="right" if place else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        self.out.print(table, soft_wrap=False)

    def object(self, value: Mapping[str, Any]) -> None:
        """The one JSON object, if it was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")

    def report(self, report: Report) -> None:
        """The lines of a stage."""
        for note in report.notes:
            self.note(note)
        self.line(report.stage, report.line)
        for failure in report.failures[:SHOWN_FAILURES]:
            self.err.print(f"[red]{'':10} {escape(failure.what)}: {escape(failure.why)}[/red]")
        if len(report.failures) > SHOWN_FAILURES:
            self.err.print(f"{'':10} and {len(report.failures) - SHOWN_FAILURES} more; --json names them all")
        if report.hint:
            self.err.print(f"{'':10} {escape(report.hint)}")

    def error(self, message: str, hint: str | None) -> None:
        """What went wrong, and the next thing to type."""
        self.err.print(f"[red bold]error[/red bold]      {escape(message)}")
        if hint:
            self.err.print(f"[bold]next[/bold]       {escape(hint)}")
        self.object({"error": {"message": message, "hint": hint}})

    @contextmanager
    def progress(self, stage: str, unit: str) -> Iterator[Progress]:
        """A bar with rate and time left on stderr, if a person is looking."""
        if not self.err.is_terminal:
            yield silent
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn(f"[bold]{stage:<10}[/bold]"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
        )
        with Bars(*columns, console=self.err, transient=True) as bars:
            task = bars.add_task(stage, total=None, rate="")

            self._bars = bars

            def update(done: int, total: int) -> None:
                speed = bars.tasks[0].speed
                bars.update(task, completed=done, total=total, rate=f"{speed:.1f} {unit}/s" if speed else "")

            try:
                yield update
            finally:
                self._bars = None

    def ask_password(self, question: str) -> str:
        """Ask for a password on the terminal, without showing it; a bar that is being drawn waits meanwhile."""
        from getpass import getpass

        if self._bars is None:
            return getpass(question)
        self._bars.stop()
        try:
            return getpass(question)
        finally:
            self._bars.start()
