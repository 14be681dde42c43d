"""What ten tasks of a curator take in Lightroom Classic: `python benchmarks/lightroom.py` prints the steps and sums.

Nobody ran Lightroom for this. The steps are read from Adobe's list of its keyboard shortcuts (SOURCE; keys of Windows,
module Library). A click counts as a key, and so does each letter that is typed. Lightroom is given its best case: auto
advance is on, the grid shows the images of the task and the first is active, stacks are open and nothing lies between
them, the filter bar is open with flags and keywords, the reasons are a keyword set, and the export is as the last one.
"""

from __future__ import annotations

from typing import NamedTuple

SOURCE = "https://helpx.adobe.com/lightroom-classic/help/keyboard-shortcuts.html"


class Step(NamedTuple):
    """A key, click or text, how often it is given, and the command that it is for."""

    times: int
    key: str
    command: str
    letters: int = 1
    """Of a typed text, how many."""

    @property
    def count(self) -> int:
        return self.times * self.letters

    def __str__(self) -> str:
        often = f"{self.times} × " if self.times > 1 else ""
        return f"{often}{self.key} ({self.command})"


def typed(text: str, command: str) -> Step:
    """A text, letter by letter."""
    return Step(1, f"`{text}`", command, len(text))


class Task(NamedTuple):
    """The steps of a task, and what of it cannot be done."""

    steps: tuple[Step, ...]
    lacks: str = ""

    @property
    def count(self) -> int:
        return sum(step.count for step in self.steps)

    def __str__(self) -> str:
        lacks = f"; {self.lacks}" if self.lacks else ""
        return f"{self.count}: {', '.join(map(str, self.steps))}{lacks}"


PICK, REJECT = "Flag photo", "Flag photo as rejected"
TASKS = {
    "Cull 300 images to 50": Task((Step(50, "`P`", PICK), Step(250, "`X`", REJECT))),
    "Resolve 20 stacks of two": Task((Step(20, "`P`", PICK), Step(20, "`X`", REJECT))),
    "Compare four, pick one, reject three": Task(
        (
            Step(3, "`Shift →`", "Add next photo to selection"),
            Step(1, "`N`", "Switch to Survey view"),
            Step(1, "`P`", PICK),
            Step(3, "`X`", REJECT),
        )
    ),
    "See what is unreviewed, violet and above 80": Task(
        (Step(1, "click", "Unflagged photos only"), Step(1, "click", "the keyword violet")), "no score"
    ),
    "Lock two images and see the set": Task(
        (
            Step(1, "`Shift B`", "Add to Quick Collection and go to next"),
            Step(1, "`B`", "Add to Quick Collection"),
            Step(1, "`Ctrl B`", "Show Quick Collection"),
        ),
        "no lock, no set",
    ),
    "Export the picks": Task(
        (
            Step(1, "`Ctrl Alt A`", "Select flagged photos"),
            Step(1, "`Ctrl Alt Shift E`", "Export with previous settings"),
        )
    ),
    "Give five images three stars": Task((Step(5, "`3`", "Set star rating"),)),
    "Reject three, each with its reason": Task(
        (Step(3, "`Alt 1` to `Alt 9`", "Add a keyword from a keyword set"), Step(3, "`X`", REJECT))
    ),
    "Tag twelve images harbour": Task(
        (
            Step(1, "`Shift` and click", "Select multiple contiguous photos"),
            Step(1, "`Ctrl K`", "Add keywords"),
            typed("harbour", "the keyword"),
            Step(1, "`Enter`", "take it"),
        )
    ),
    "Take back the last three decisions": Task((Step(3, "`Ctrl Z`", "Undo"),)),
}


def main() -> None:
    """Print each task with its sum."""
    for name, task in TASKS.items():
        print(f"| {name} | {task} |")


if __name__ == "__main__":
    main()
