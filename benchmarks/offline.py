"""Votes while the server is away: `python benchmarks/offline.py [IMAGES]` (default 10000), in the system's Chromium.

Three tabs, two of one curator and one of another, vote a hundred times a second together for SECONDS; the server is
killed KILLS times meanwhile and started again. Says how many votes were cast, and how many the log holds of each.
Then a tab casts WAITING votes without a server. It is started again, and what waited is sent by /api/batch: the time
is from the start of the first request that is answered to the end of the last one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from many_images import make
from playwright.sync_api import Browser, Page, Request, sync_playwright
from review import ARGUMENTS, busy

from collection.project import open_project

SECONDS, KILLS, RATE, WAITING = 30, 5, 100, 1000
TABS = ("anna", "anna", "ben")
VOTE = """([count, pause]) => new Promise((done) => {
  let left = count;
  const timer = setInterval(() => {
    dispatchEvent(new KeyboardEvent("keydown", { key: "3", code: "Digit3" }));
    if (--left <= 0) done(clearInterval(timer));
  }, pause);
})"""
"""Presses a key so many times, every so many milliseconds."""
WAITS = """() => new Promise((resolve) => {
  const open = indexedDB.open("collection-review");
  open.onsuccess = () => {
    const asked = open.result.transaction("actions").objectStore("actions").count();
    asked.onsuccess = () => { open.result.close(); resolve(asked.result); };
  };
})"""
"""How many votes wait in the browser."""


class Room:
    """A review that can be killed and started again under the same address."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.folder = folder
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [
            str(Path(sys.executable).parent / "collection"),
            "-C",
            str(self.folder),
            "review",
            "--no-open",
            "--json",
        ]
        words += ["--port", self.port, *(word for name in sorted({*TABS}) for word in ("--curator", name))]
        self.server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.server.stdout
        self.links: dict[str, str] = json.loads(self.server.stdout.readline())["links"]

    def kill(self) -> None:
        """End it at once."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def votes(self) -> Counter[str]:
        """How many votes the log holds, by curator."""
        with open_project(self.folder) as project:
            return Counter(event.curator for event in project.store.reviews())


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        make(Path(temporary), count).close()
        room = Room(Path(temporary))
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            of_three_tabs(browser, room)
            of_what_waited(browser, room)
        finally:
            room.kill()


def opened(browser: Browser, room: Room, names: Sequence[str]) -> list[Page]:
    """A page for each name; those of one name are tabs of one browser."""
    contexts = {name: browser.new_context() for name in names}
    pages = [contexts[name].new_page() for name in names]
    for name, page in zip(names, pages, strict=True):
        page.goto(room.links[name])
        page.wait_for_selector("#image-1")
    return pages


def until(page: Page, count: int) -> None:
    """Wait until so many votes wait in the browser."""
    while page.evaluate(WAITS) != count:
        page.wait_for_timeout(50)


def of_three_tabs(browser: Browser, room: Room) -> None:
    """Vote while the server dies, and say what the log holds."""
    pages = opened(browser, room, TABS)
    each = SECONDS * RATE // len(TABS)
    begun = time.perf_counter()
    for page in pages:
        page.evaluate(f"given => {{ window.cast = ({VOTE})(given) }}", [each, 1000 * len(TABS) // RATE])
    for _ in range(KILLS):
        pages[0].wait_for_timeout(1000 * SECONDS / (KILLS + 1))
        room.kill()
        pages[0].wait_for_timeout(1000)
        room.start()
    for page in pages:
        page.evaluate("window.cast")
    took = time.perf_counter() - begun
    for page in pages:
        until(page, 0)
    votes, cast = room.votes(), Counter(name for name in TABS for _ in range(each))
    print(f"{cast.total():,} votes from {len(TABS)} tabs in {took:.0f} s, the server killed {KILLS} times")
    for name in sorted(cast):
        print(f"  {name}: {cast[name]:,} cast, {votes[name]:,} in the log")
    if votes != cast:
        raise SystemExit("votes were lost, kept twice, or kept under another name")


def of_what_waited(browser: Browser, room: Room) -> None:
    """Cast votes without a server, and time how they are sent."""
    (page,) = opened(browser, room, TABS[-1:])
    before = room.votes().total()
    room.kill()
    page.evaluate(VOTE, [WAITING, 5])
    until(page, WAITING)
    sent: list[tuple[float, float]] = []

    def finished(request: Request) -> None:
        if request.method == "POST":
            begun = request.timing["startTime"] / 1000
            sent.append((begun, begun + request.timing["responseEnd"] / 1000))

    page.on("requestfinished", finished)
    room.start()
    spent = busy(room.server.pid)
    until(page, 0)
    took = max(end for _, end in sent) - min(begun for begun, _ in sent)
    kept = room.votes().total() - before
    print(f"{WAITING:,} votes that waited: {kept:,} in the log, by {len(sent)} requests")
    print(f"  sent in {took:.2f} s, {kept / took:.0f} a second")
    print(f"  processor's time of the server: {busy(room.server.pid) - spent:.2f} s")
    if kept != WAITING:
        raise SystemExit("votes were lost or kept twice")


if __name__ == "__main__":
    main()
