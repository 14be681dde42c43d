"""Keys for ten tasks of a curator: `python benchmarks/keys.py [NAME ...]` does each in a running room, or those whose
names have these words; counts what is pressed, checks what came of it, and prints the rows of docs/review.md. `--write`
writes them there.

A click counts as a key, and so does each letter that is typed. The column of Lightroom Classic is the sum of the steps
in benchmarks/lightroom.py.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from lightroom import SOURCE, TASKS, Task
from many_images import make
from playwright.sync_api import Page
from review import browsing, served

IMAGES, PICKED, STACKS, FEW = 300, 50, 20, 60
DOCUMENT = Path(__file__).parent.parent / "docs" / "review.md"


class Hand:
    """Presses keys in a page, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
        self.count += len(text)

    def click(self, place: str) -> None:
        """Click."""
        self.page.click(place)
        self.count += 1

    def counts(self, text: str) -> None:
        """Wait until the counts say so."""
        self.page.wait_for_selector(f".counts:has-text('{text}')", timeout=60_000)


def cull(hand: Hand) -> None:
    hand.press(*("p" if number < PICKED else "x" for number in range(IMAGES)))
    hand.counts(f"{PICKED} of")
    hand.counts(f"{IMAGES - PICKED} rejected")


def stacks(hand: Hand) -> None:
    hand.press("d")
    hand.page.wait_for_selector(".card")
    for _ in range(STACKS):
        hand.press("Shift+P")
        hand.page.wait_for_timeout(30)
    hand.page.wait_for_selector("p:has-text('unresolved'), p:has-text('all resolved')")
    hand.counts(f"{STACKS} of")


def compare(hand: Hand) -> None:
    hand.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "n")
    hand.page.wait_for_selector(".survey > div[data-id='4']")
    hand.press("Delete", "Delete", "Delete", "Shift+P")
    hand.counts("1 of")
    hand.counts("3 rejected")


def ask(hand: Hand) -> None:
    hand.press("f")
    hand.click("[data-state=unreviewed]")
    hand.click("summary:text-is('sky')")
    hand.click(".chip:has-text('violet')")
    hand.page.wait_for_function("() => document.querySelector('#query').value.includes('violet')")
    hand.press("/", "End")
    hand.type(" score>80")
    hand.press("Enter")
    hand.page.wait_for_function("() => new URLSearchParams(location.search).get('q')?.endsWith('score>80')")


def lock(hand: Hand) -> None:
    hand.press("l", "ArrowRight", "l", "b")
    hand.page.wait_for_selector(".tokens .tile[data-locked=true]", timeout=60_000)


def export(hand: Hand) -> None:
    hand.press("p", "/")
    hand.type("is:picked")
    hand.press("Enter")
    hand.counts("1 of")
    hand.click(".export summary")
    with hand.page.expect_download():
        hand.click("[data-form=zip]")
    hand.count -= 1  # the pick is no part of the task


def stars(hand: Hand) -> None:
    hand.press(*"33333")
    hand.counts("5 reviewed")


def reasons(hand: Hand) -> None:
    hand.press("Shift+Digit1", "Shift+Digit2", "Shift+Digit3")
    hand.counts("3 rejected")


def tags(hand: Hand) -> None:
    hand.press(*["Shift+ArrowRight"] * 11, "k")
    hand.type("harbour")
    hand.press("Enter", "Escape", "Escape")
    hand.page.wait_for_selector("#status:has-text('tagged: harbour')")


def undo(hand: Hand) -> None:
    hand.press("p", "p", "x")
    hand.counts("3 reviewed")
    hand.count = 0
    hand.press("Control+z", "Control+z", "Control+z")
    hand.counts("0 reviewed")


DONE: tuple[Callable[[Hand], None], ...] = (cull, stacks, compare, ask, lock, export, stars, reasons, tags, undo)


def main() -> None:
    """Do the tasks, each in a project of its own."""
    wanted = [word for word in sys.argv[1:] if word != "--write"]
    for name, task in zip(TASKS, DONE, strict=True):
        if wanted and not any(word in name for word in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), {cull: IMAGES, stacks: 20 * STACKS}.get(task, FEW)).close()
            with served(Path(folder)) as (link, _), browsing() as page:
                page.set_default_timeout(60_000)
                page.goto(link)
                page.wait_for_selector("#image-1.cursor")
                hand = Hand(page)
                task(hand)
                print(row(name, hand.count, TASKS[name]), flush=True)
        if "--write" in sys.argv:
            DOCUMENT.write_text(with_tasks(DOCUMENT.read_text(), {name: hand.count}))


def row(name: str, here: int, there: Task) -> str:
    return f"| {name} | {here} | {there} |"


def with_tasks(text: str, counts: dict[str, int]) -> str:
    """The page with the table of tasks, of which ours took `counts`; of others it says what it said before."""
    before = {name: int(count) for name, count in re.findall(r"^\| (.+?) \| (\d+) \|", text, re.MULTILINE)}
    rows = [row(name, counts[name] if name in counts else before[name], task) for name, task in TASKS.items()]
    head = "<!-- tasks: written by `python benchmarks/keys.py --write` -->"
    table = "\n".join(["| task | keys here | keys in Lightroom Classic |", "|---|---|---|", *rows])
    whole = f"{head}\n\n{table}\n\nLightroom's keys: [Adobe's list]({SOURCE}).\n\n<!-- end of tasks -->"
    return re.sub(r"<!-- tasks.*<!-- end of tasks -->", lambda _: whole, text, flags=re.DOTALL)


if __name__ == "__main__":
    main()
