"""The output of commands: lines and progress bars for people, or one JSON object for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from collection.values import Failure, Progress, silent

from .typed import typed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as ProgressBars

    from collection.errors import Problem
    from collection.stages.report import Report

SHOWN_FAILURES = 10


def _told(message: str, hint: str | None) -> dict[str, str | None]:
    return {"message": typed(message), "hint": None if hint is None else typed(hint)}


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    class Patient(Console):
        """A console whose work goes on when its reader has gone: `collection run | head` makes the whole set."""

        def on_broken_pipe(self) -> None:
            hush(self.file)

    return Patient(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def hush(stream: IO[str]) -> None:
    """Send what is still written to a stream nowhere, because its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def escape(text: str) -> str:
    """The text as it is printed: square brackets escaped, so that rich shows them, and commands for the project."""
    from rich.markup import escape

    return escape(typed(text))


class Screen:
    """The output of one command. With `as_json`, stdout gets one object and stderr everything else."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._bars: ProgressBars | None = None

    @cached_property
    def out(self) -> Console:
        """The console for results: stdout, or stderr if stdout gets the object."""
        return self.err if self.as_json else _console()

    @cached_property
    def err(self) -> Console:
        """The console for notes, failures and progress."""
        return _console(stderr=True)

    def line(self, head: str, text: str) -> None:
        """Print one line: a short head and a text."""
        self.out.print(f"[bold]{escape(head):<10}[/bold] {escape(text)}")

    def note(self, text: str) -> None:
        """Print a note to stderr: something to know that is no failure."""
        self.err.print(f"{'':10} [yellow]{escape(text)}[/yellow]")

    def say(self, text: str) -> None:
        """Print a line of free text."""
        self.out.print(escape(text))

    def wrapped(self, text: str) -> None:
        """Print free text under a heading, indented and wrapped at the width of the screen."""
        from rich.padding import Padding

        self.out.print(Padding(escape(text), (0, 0, 0, 4), expand=False), soft_wrap=False)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; all columns but the first hold numbers or short words."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for place, name in enumerate(header):
            table.add_column(escape(name), justify="right" if place else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        self.out.print(table, soft_wrap=False)

    def object(self, value: Mapping[str, Any]) -> None:
        """Print the JSON object, if --json asked for it."""
        if self.as_json:
            try:
                sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                hush(sys.stdout)

    def report(self, report: Report) -> None:
        """Print the report of a stage: its notes, its line, its failures and its hint."""
        for note in report.notes:
            self.note(note)
        self.line(report.stage, report.line)
        self.failures(report.failures)
        if report.hint:
            self.err.print(f"{'':10} {escape(report.hint)}")

    def failures(self, failures: Sequence[Failure]) -> None:
        """Print what went wrong in work that went on, the first of many; the command's object names all."""
        for failure in failures[:SHOWN_FAILURES]:
            self.err.print(f"[red]{'':10} {escape(failure.what)}: {escape(failure.why)}[/red]")
        if len(failures) > SHOWN_FAILURES:
            self.err.print(f"{'':10} and {len(failures) - SHOWN_FAILURES} more; --json names them all")

    def error(self, message: str, hint: str | None, problems: Sequence[Problem] = ()) -> None:
        """End the command: print what went wrong and what to type next. The error is the command's one object.

        `problems` are the single mistakes, for programs; the message tells them too.
        """
        self.err.print(f"[red bold]error[/red bold]      {escape(message)}")
        if hint:
            self.err.print(f"[bold]next[/bold]       {escape(hint)}")
        told = {"problems": [_told(each.message, each.hint) for each in problems]} if problems else {}
        self.object({"error": {**_told(message, hint), **told}})

    @contextmanager
    def progress(self, stage: str, unit: str) -> Iterator[Progress]:
        """A progress bar with rate and remaining time, if stderr is a terminal."""
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

        with self._paused():
            return getpass(question)

    def ask(self, question: str) -> str:
        """Ask for words on the terminal; a bar that is being drawn waits meanwhile. No answer is the empty one."""
        with self._paused():
            self.err.print(escape(question), end="")
            return sys.stdin.readline().strip()

    @contextmanager
    def _paused(self) -> Iterator[None]:
        if self._bars is None:
            yield
            return
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()
