"""The review room in a real browser: `python benchmarks/review.py [IMAGES ...]` (default 10000 100000).

Makes a project of that many cheap pictures in a temporary folder, or uses FOLDER/IMAGES where REVIEW_GALLERIES names
a folder of them; serves it with `collection review`; and drives the system's Chromium, drawing in software, at
1440x900. The browser shares the processor with the server. REVIEW_VOTES votes (default 5000) are cast by key; memory
is that of the page's script heap and of the whole server process. The set is a tenth of the images. The processor's
time is that of the server's process and says more than the clock where other work runs beside.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from many_images import make
from playwright.sync_api import Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--js-flags=--expose-gc", "--enable-precise-memory-info",
]  # fmt: skip
VOTES = int(os.environ.get("REVIEW_VOTES", "5000"))
PACED = 300
"""Of these so many ten a second, faster than anybody decides; the others as fast as they are answered."""
SHOWN = """() => {
  const sight = [...document.querySelectorAll(".virtual-grid .tile:not([hidden])")]
    .filter((tile) => { const box = tile.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; });
  return sight.length > 0 && sight.every(({ firstChild: image }) => image.src && image.complete && image.naturalWidth);
}"""
FRAMES = """async () => {
  const grid = document.querySelector(".virtual-grid"), start = performance.now(), times = [];
  let last = start;
  while (last - start < 4000) {
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
    grid.scrollTop += 24;
  }
  times.sort((a, b) => a - b);
  return [1000 * times.length / (last - start), times.at(-1)];
}"""


WATCH = """() => {
  window.shown = [];
  let pressed = 0;
  addEventListener("keydown", () => (pressed = performance.now()), true);
  new MutationObserver(() => {
    if (pressed) requestAnimationFrame(((from) => () => shown.push(performance.now() - from))(pressed));
    pressed = 0;
  }).observe(document.querySelector(".virtual-grid"), { subtree: true, attributeFilter: ["data-flag", "aria-label"] });
}"""
TIMES = """() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/api/events"))
  .map((entry) => [entry.duration, entry.responseStart - entry.requestStart])"""


SLIDE = """async (value) => {
  const slider = document.querySelector("#diversity"), from = performance.now();
  const told = `diversity ${(value / 100).toFixed(2)},`;
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  while (!slider.getAttribute("aria-valuetext")?.startsWith(told)) await new Promise(requestAnimationFrame);
  return performance.now() - from;
}"""
DIVERSITIES = (35, 40, 60, 90)


def main() -> None:
    print(f"{'images':>8} {'figure':34} {'measured':>12}   limit")
    for count in map(int, sys.argv[1:] or ["10000", "100000"]):
        with gallery(count) as folder, served(folder) as (link, server), browsing() as page:
            for name, value, limit in measured(page, link, count, server):
                print(f"{count:>8,} {name:34} {value:>12}   {limit}", flush=True)


def measured(page: Page, link: str, count: int, server: int) -> Iterator[tuple[str, str, str]]:
    page.goto(link)  # the server reads its columns once
    page.wait_for_function(SHOWN)
    start, spent = time.perf_counter(), busy(server)
    page.goto(link)
    page.wait_for_function(SHOWN)
    took = time.perf_counter() - start
    yield "processor's time of the server for it", f"{busy(server) - spent:.2f} s", ""
    yield (
        "first screen, all its pictures",
        f"{took:.2f} s",
        "0.5 s" if count <= 10_000 else "1 s",
    )
    yield "elements of the document", f"{page.evaluate('document.querySelectorAll(`*`).length')}", "500"
    rate, worst = page.evaluate(FRAMES)
    yield "frames a second while scrolling", f"{rate:.0f}", "45"
    yield "longest frame", f"{worst:.0f} ms", ""
    page.keyboard.press("Home")
    yield from voting(page, min(VOTES, count - 1), server)
    yield from other_views(page, link)


def other_views(page: Page, link: str) -> Iterator[tuple[str, str, str]]:
    """The first question of the duel, and the set: opened, then its slider moved, until it is drawn again."""
    room = link.partition("?")[0]
    start = time.perf_counter()
    page.goto(f"{room}?view=duel")
    page.wait_for_selector(".pairwise img", timeout=300_000)
    yield "the first duel", f"{time.perf_counter() - start:.2f} s", "1 s"
    start = time.perf_counter()
    page.goto(f"{room}?view=set")
    page.wait_for_selector("#diversity[aria-valuetext]", timeout=300_000)
    yield "the set, opened first", f"{time.perf_counter() - start:.2f} s", ""
    for diversity in DIVERSITIES:
        yield f"the set's slider to {diversity / 100:.2f}", f"{page.evaluate(SLIDE, diversity) / 1000:.2f} s", ""


def voting(page: Page, votes: int, server: int) -> Iterator[tuple[str, str, str]]:
    """Votes by key; the round trip is that of the request, from its start to the last byte of its answer, as the
    browser's resource timing says. The server's part of it is from the request's first byte to the answer's; what is
    shown is timed apart, from the key to the frame that is drawn with the verdict."""
    page.evaluate("performance.clearResourceTimings(); performance.setResourceTimingBufferSize(1e6)")
    page.evaluate(WATCH)
    page.wait_for_timeout(500)
    before, nodes = memory(page)
    yield "server's memory at 0 votes", f"{resident(server):.1f} MB", ""
    spent = busy(server)
    for _ in range(PACED):
        vote(page)
        page.wait_for_timeout(100)
    yield "processor's time of the server a vote", f"{1000 * (busy(server) - spent) / PACED:.1f} ms", ""
    yield from round_trips(page, "ten a second", "15 ms")
    start = time.perf_counter()
    for number in range(PACED, votes):
        vote(page, "px3"[number % 3])
        if (number + 1) % 1000 == 0:
            yield f"server's memory at {number + 1:,} votes", f"{resident(server):.1f} MB", "flat"
    rate = (votes - PACED) / (time.perf_counter() - start)
    yield from round_trips(page, f"without a pause, {rate:.0f} a second", "")
    page.wait_for_timeout(1000)
    after, more = memory(page)
    yield f"memory after {votes:,} votes", f"{before:.1f} > {after:.1f} MB", "flat"
    yield "elements after them", f"{nodes} > {more}", "500"


def vote(page: Page, key: str = "p") -> None:
    """Press a key, and wait for the answer."""
    with page.expect_response("**/api/events"):
        page.keyboard.press(key)


def round_trips(page: Page, how: str, limit: str) -> Iterator[tuple[str, str, str]]:
    """What the browser noted of the votes since this was asked last."""
    times, served = (sorted(found) for found in zip(*page.evaluate(TIMES), strict=True))
    shown = sorted(page.evaluate("shown.splice(0)"))
    yield f"votes {how}:", "", ""
    for what, found, most in (
        ("round trip", times, limit),
        ("of that the server", served, ""),
        ("key to frame", shown, ""),
    ):
        yield f"  {what}, median", f"{found[len(found) // 2]:.1f} ms", ""
        yield f"  {what}, p95", f"{found[len(found) * 95 // 100]:.1f} ms", most
    page.evaluate("performance.clearResourceTimings()")


def memory(page: Page) -> tuple[float, int]:
    page.evaluate("() => { gc(); gc(); }")
    used = page.evaluate("performance.memory.usedJSHeapSize")
    return used / 1e6, page.evaluate("document.querySelectorAll('*').length")


def resident(process: int) -> float:
    """Megabytes of a process in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def busy(process: int) -> float:
    """Seconds of processor's time that a process has taken."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def gallery(count: int) -> Iterator[Path]:
    kept = os.environ.get("REVIEW_GALLERIES")
    if kept and (Path(kept) / str(count)).is_dir():
        yield Path(kept) / str(count)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(kept or temporary) / str(count)
        make(folder, count)
        yield folder


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """The link of a room, and its process."""
    command = str(Path(sys.executable).parent / "collection")
    words = [command, "-C", str(folder), "review", "--no-open", "--port", "0", "--json"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    try:
        yield json.loads(server.stdout.readline())["url"], server.pid
    finally:
        server.terminate()
        server.wait()


@contextmanager
def browsing() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=ARGUMENTS
        )
        yield browser.new_page(viewport={"width": 1440, "height": 900})
        browser.close()


if __name__ == "__main__":
    main()
