"""What a stage says of what it did: in words for people, in JSON values for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from collection.values import Failure, amount, label

UNJUDGED = "chosen for variety and by your votes"
NOT_JUDGED = f"not judged: {UNJUDGED}"
"""What is said of a set where no metric says which image is better."""

NO_IMAGES = "`collection import FOLDER`, or raise `candidates`"
"""The way out of a project that plans no images and has none."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a stage did: a line for people, a mapping for programs, what failed by name, and whether all is done."""

    stage: str
    line: str
    details: Mapping[str, Any] = field(default_factory=dict)
    """JSON values."""
    failures: Sequence[Failure] = ()
    complete: bool = True
    """Whether the stages that follow find what they need."""
    hint: str | None = None
    """The next command to type, where one is due."""
    notes: Sequence[str] = ()
    """Things to know that are no failures."""

    def as_json(self) -> dict[str, Any]:
        """The object that --json prints."""
        failed = [{"what": failure.what, "why": failure.why} for failure in self.failures]
        return {"stage": self.stage, **self.details, "failed": failed, "complete": self.complete}

    def __str__(self) -> str:
        return f"{self.stage}: {self.line}"

    def _repr_html_(self) -> str:
        """The line and the failures, for a notebook."""
        failed = [f"<li>{escape(item.what)}: {escape(item.why)}</li>" for item in self.failures]
        parts = [
            f"<p><b>{escape(self.stage)}</b> {escape(self.line)}</p>",
            f"<ul>{''.join(failed)}</ul>" if failed else "",
            f"<p>{escape(self.hint)}</p>" if self.hint else "",
        ]
        return "".join(parts)


def not_reproducible(count: int, noun: str) -> str:
    """The end of a line that counts what its generator cannot render again; empty if there is none."""
    if not count:
        return ""
    return f"; {amount(count, noun)} cannot be rendered again: {'its' if count == 1 else 'their'} generator says so"


def marks_line(marks: Mapping[str, tuple[int, int]]) -> str:
    """The end of a line that counts marks, of each in how many pictures it was found; empty if none were told of."""
    told = ", ".join(f"{name} {read} of {of}" for name, (read, of) in marks.items())
    return f"; marks read back: {told}" if told else ""


def named(images: Sequence[int], most: int = 12) -> str:
    """Numbers of images as people see them, the first of many."""
    more = f" and {len(images) - most:,} more" if len(images) > most else ""
    return ", ".join(map(label, images[:most])) + more


def spans(numbers: Iterable[int]) -> str:
    """Ascending numbers of images as people read them: 0003, 0041 to 0044."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and groups[-1][1] == number - 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ", ".join(label(first) if first == last else f"{label(first)} to {label(last)}" for first, last in groups)


def counted(issues: Mapping[int, Mapping[str, str]] | Mapping[str, Mapping[str, str]]) -> str:
    """How many images have each issue, most first: 3 banded, 1 blurred."""
    counts = Counter(issue for found in issues.values() for issue in found)
    return ", ".join(f"{count} {issue}" for issue, count in counts.most_common())


def bytes_of(size: int) -> str:
    """A size as people read it, in decimal units: 31 MB."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
