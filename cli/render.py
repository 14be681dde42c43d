"""What a person sees, and what a program reads: lines and progress bars, or one JSON object."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from collection.values import Failure, Progress, silent

if TYPE_CHECKING:
    from rich.console import Console

SHOWN_FAILURES = 10


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def escape(text: str) -> str:
    """Text in which square brackets are no styles."""
    from rich.markup import escape

    return escape(text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage did: a line for people, a mapping for programs, what failed by name, and whether all is done."""

    stage: str
    line: str
    report: Mapping[str, Any] = field(default_factory=dict)
    failures: Sequence[Failure] = ()
    complete: bool = True
    hint: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that --json prints."""
        failed = [{"what": failure.what, "why": failure.why} for failure in self.failures]
        return {"stage": self.stage, **self.report, "failed": failed, "complete": self.complete}


class Screen:
    """Where a command shows what it does. With `as_json`, stdout gets one object and stderr all else."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def out(self) -> Console:
        """Where results go: stdout, or stderr where stdout is for the object."""
        return self.err if self.as_json else _console()

    @cached_property
    def err(self) -> Console:
        """Where notes, failures and progress go."""
        return _console(stderr=True)

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

    def outcome(self, outcome: Outcome) -> None:
        """The lines of a stage."""
        self.line(outcome.stage, outcome.line)
        for failure in outcome.failures[:SHOWN_FAILURES]:
            self.err.print(f"[red]{'':10} {escape(failure.what)}: {escape(failure.why)}[/red]")
        if len(outcome.failures) > SHOWN_FAILURES:
            self.err.print(f"{'':10} and {len(outcome.failures) - SHOWN_FAILURES} more; --json names them all")
        if outcome.hint:
            self.err.print(f"{'':10} {escape(outcome.hint)}")

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

            def update(done: int, total: int) -> None:
                speed = bars.tasks[0].speed
                bars.update(task, completed=done, total=total, rate=f"{speed:.1f} {unit}/s" if speed else "")

            yield update


def counted(flags: Mapping[int, Mapping[str, str]] | Mapping[str, Mapping[str, str]]) -> str:
    """How many images have each flag, most first: 3 banded, 1 blurred."""
    counts = Counter(flag for found in flags.values() for flag in found)
    return ", ".join(f"{count} {flag}" for flag, count in counts.most_common())


def bytes_of(size: int) -> str:
    """A size as people read it, in decimal units: 31 MB."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
