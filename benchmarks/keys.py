"""Keys for ten tasks of a curator: `python benchmarks/keys.py` does each in a running room, counts what is pressed,
checks what came of it, and prints the table of docs/review.md; `--write` writes it there.

A click counts as a key, and so does each letter that is typed. What Lightroom Classic takes was counted by hand
from its shortcuts and not tried, with auto advance on, an open filter bar and presets that are made; `LIGHTROOM` says
how.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from many_images import make
from playwright.sync_api import Page
from review import browsing, served

IMAGES, PICKED, STACKS, FEW = 300, 50, 20, 60
DOCUMENT = Path(__file__).parent.parent / "docs" / "review.md"
LIGHTROOM: dict[str, tuple[int, str]] = {
    "Cull 300 images to 50": (300, "P or X for each"),
    "Resolve 20 stacks of two": (80, "in each: P, X, and twice an arrow past what is decided"),
    "Compare four, pick one, reject three": (12, "click, Shift click, N, P, three times → and X, G and Ctrl D"),
    "See what is unreviewed, violet and above 80": (4, "clicks in the filter bar for flag and keyword; no score"),
    "Lock two images and see the set": (4, "there is no lock: B for each, an arrow, a click on the collection"),
    "Export the picks": (6, "filter by flag, Ctrl A, Ctrl Shift E, choose the preset, Enter"),
    "Give five images three stars": (5, "3 for each"),
    "Reject three, each with its reason": (36, "X, Ctrl K, the word, Enter, Esc for each, back by an arrow"),
    "Tag twelve images harbour": (23, "click, Shift click, Ctrl K, the word, Enter, Esc, G, Ctrl D"),
    "Take back the last three decisions": (3, "Ctrl Z for each"),
}  # fmt: skip
"""How many keys and clicks each task takes there, and which."""


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
    hand.counts(f"{IMAGES - PICKED} out")


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
    hand.press("ArrowRight", "Delete", "Delete", "Delete", "Shift+P")
    hand.counts("1 of")
    hand.counts("3 out")


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
    hand.counts("3 out")


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


TASKS: tuple[Callable[[Hand], None], ...] = (cull, stacks, compare, ask, lock, export, stars, reasons, tags, undo)


def main() -> None:
    """Do the tasks, each in a project of its own."""
    rows = []
    for (name, (there, how)), task in zip(LIGHTROOM.items(), TASKS, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), {cull: IMAGES, stacks: 20 * STACKS}.get(task, FEW)).close()
            with served(Path(folder)) as (link, _), browsing() as page:
                page.goto(link)
                page.wait_for_selector("#image-1.cursor")
                hand = Hand(page)
                task(hand)
                rows.append(f"| {name} | {hand.count} | {there}: {how} |")
                print(rows[-1], flush=True)
    head = "<!-- tasks: written by `python benchmarks/keys.py --write` -->\n\n"
    table = f"{head}| task | keys here | keys in Lightroom Classic |\n|---|---|---|\n" + "\n".join(rows)
    if "--write" in sys.argv:
        text = DOCUMENT.read_text()
        whole = f"{table}\n\n<!-- end of tasks -->"
        DOCUMENT.write_text(re.sub(r"<!-- tasks.*<!-- end of tasks -->", lambda _: whole, text, flags=re.DOTALL))


if __name__ == "__main__":
    main()
