"""Make the pictures of docs/review.md, and its table of keys, from a running room: `make pictures`.

`python packaging/review_page.py [--looks DIR [--only PATTERN]] [PROJECT]` takes a copy of PROJECT, which `make demo`
made, or makes the sample anew; lets two curators decide, breeds two images, and looks at the room with the system's
Chromium.

With `--looks DIR` it writes every view at every size instead, light and dark, each also with text twice as large, for
somebody who looks at them before a release.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
COLLECTION = str(Path(sys.executable).parent / "collection")
LARGEST = 150_000
"""Bytes of a picture."""
DESK, PHONE = (1440, 900), (390, 844)
SAID = (
    ("pick", "2", "5", "8", "11", "14", "23", "30", "--as", "anna"),
    ("pick", "2", "5", "14", "19", "30", "--as", "ben"),
    ("reject", "4", "17", "26", "--as", "anna"),
    ("reject", "4", "8", "26", "--as", "ben"),
    ("lock", "14", "--as", "anna"),
    ("note", "14", "--text", "Rain, in dots. Opens the set.", "--as", "anna"),
    ("rank", "14", "2", "30", "5", "23", "19", "11", "--as", "anna"),
    ("rank", "14", "30", "2", "19", "5", "--as", "ben"),
    ("breed", "14", "30", "--children", "4"),
    ("generate",),
    ("score",),
    ("dedupe",),
)
SIZES = (DESK, (1366, 768), (1280, 720), PHONE)
LETTERS = (100, 200)
"""Percent of the usual size of letters, as a reader sets it in the browser."""
# name, view and query of the address, size, dark, keys pressed before the picture is taken
PICTURES = (
    ("review-grid", "view=grid&at=14", DESK, False, "fi"),
    ("review-compare", "view=compare&ids=2,14,30&at=14", DESK, True, ""),
    ("review-map", "view=map&at=14", DESK, False, ""),
    ("review-stacks", "view=stacks&nearer=-0.5", DESK, False, ""),
    ("review-duel", "view=duel", DESK, False, ""),
    ("review-lineage", "view=lineage&of=14&at=14", DESK, False, ""),
    ("review-set", "view=set", DESK, False, ""),
    ("review-phone", "view=loupe&at=14", PHONE, False, ""),
)
# what docs/review.md has no picture of: name, view and query of the address, keys pressed before
OTHERS = (
    ("grid-plain", "view=grid&at=14", ""),
    ("grid-filtered", "view=grid&q=is:picked&at=14", "f"),
    ("loupe", "view=loupe&at=14", "i"),
    ("survey", "view=survey&ids=2,5,8,11,14,19,23,30", ""),
    ("cull", "view=cull", ""),
    ("ranking", "view=duel&ranking=you", ""),
    ("order", "view=set&order=hand", ""),
    ("people", "view=people", ""),
    ("work", "view=jobs", ""),
    ("stacks-none", "view=stacks", ""),
    ("keys", "view=help", ""),
    ("refused", "view=grid&q=quality:>(80", ""),
    ("empty", "view=grid&q=is:unreviewed+is:picked", ""),
)
CLICKED = {"export": ("view=grid&q=is:picked&at=14", ".export summary")}
"""What a click opens: name, view and query of the address, what is clicked."""
GO = """address => { history.pushState(null, "", `?${address}`); dispatchEvent(new PopStateEvent("popstate")); }"""
"""To another view without another load of the page."""
SETTLED = """() => document.querySelector("#view").childElementCount
  && document.querySelector("#view").getAttribute("aria-busy") !== "true"
  && [...document.querySelectorAll("#view img[src]")].every((one) => one.complete && one.naturalWidth)"""
KEYS = """async () => {
  const { scripts } = await import(document.querySelector("script[type=module]").src);
  const [{ ACTIONS }, { shown }] = [scripts["core/actions.js"], scripts["core/keys.js"]];
  const groups = [...Map.groupBy(ACTIONS.values(), ({ group }) => group).values()];
  return groups.flat().map(({ group, title, keys }) => [group, title, keys.map(shown)]);
}"""
"""Every action of the page: [group, title, its keys]."""


def main() -> None:
    """Take the pictures and write the table, or take all looks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", nargs="?", type=Path, help="what `make demo` made; else the sample is made anew")
    parser.add_argument("--looks", type=Path, metavar="DIR", help="write every view at every size there instead")
    parser.add_argument("--only", default="", metavar="PATTERN", help="of the looks those whose name has this")
    options = parser.parse_args()
    with decided(options.project) as folder, served(folder) as link:
        if options.looks:
            options.looks.mkdir(parents=True, exist_ok=True)
            write_looks(link, pages_of_site(folder), options.looks, re.compile(options.only))
        else:
            with browsing() as browser:
                write_documented(browser, link)


def write_documented(browser: Browser, link: str) -> None:
    """The pictures of docs/review.md and its table of keys."""
    for name, address, size, dark, keys in PICTURES:
        page = opened(browser, f"{link}&{address}", size, dark)
        write(DOCS / "images" / f"{name}.webp", taken(page, keys))
        page.close()
    page = browser.new_page()
    page.goto(link)
    page.wait_for_selector("#view[data-view]")
    document = DOCS / "review.md"
    document.write_text(with_keys(document.read_text(), page.evaluate(KEYS)))


def write_looks(link: str, site: Sequence[tuple[str, str]], folder: Path, only: re.Pattern[str]) -> None:
    """Every view, and the pages of `site` (name and address), at each of SIZES, light and dark, in letters of each of
    LETTERS; only files whose name has the pattern `only`."""
    with browsing() as browser:
        for letters, size, dark in product(LETTERS, SIZES, (False, True)):
            shown = f"{size[0]}x{size[1]}{'-dark' if dark else ''}-{letters}.png"
            page = opened(browser, link, size, dark, letters)
            page.wait_for_selector("#view[data-view]")
            for name, picture in looks(page, site, only, shown):
                picture.save(folder / f"{name}-{shown}")
                print(f"{name}-{shown}", flush=True)
            page.close()


def looks(
    page: Page, site: Sequence[tuple[str, str]], only: re.Pattern[str], shown: str
) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of every view and of the pages of `site`, where `only` is in the name with `shown` behind it."""
    room = page.url.partition("?")[0]
    documented = tuple((name.removeprefix("review-"), address, keys) for name, address, _, _, keys in PICTURES)
    clicked = tuple((name, address, "") for name, (address, _) in CLICKED.items())
    for name, address, keys in filter(lambda view: only.search(f"{view[0]}-{shown}"), (*documented, *OTHERS, *clicked)):
        page.evaluate(GO, address)
        page.wait_for_selector(f"#view[data-{address.partition('&')[0]}]")
        yield name, taken(page, keys, CLICKED.get(name, ("", ""))[1], wait=500)
        for key in keys:
            page.keyboard.press(key)  # what it opened is closed again
    for name, address in filter(
        lambda item: only.search(f"{item[0]}-{shown}"), (("no-access", f"{room}?token=none"), *site)
    ):
        page.goto(address)
        page.wait_for_timeout(500)
        yield name, screenshot(page)


def pages_of_site(folder: Path) -> list[tuple[str, str]]:
    """The pages of the gallery, which is made: name and address."""
    site = folder.parent.resolve() / "site"
    subprocess.run([COLLECTION, "-C", folder, "site", site], check=True)
    pages = {"gallery": "index.html", "gallery-token": "index.html#token=3", "proof": "proof.html"}
    return [(name, f"{site.as_uri()}/{page}") for name, page in pages.items()]


def opened(browser: Browser, address: str, size: tuple[int, int], dark: bool, letters: int = 100) -> Page:
    """The page at an address, in a window of `size` pixels and in letters of so many percent of their usual size."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
    )
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16 * letters // 100}})
    page.goto(address)
    return page


@contextmanager
def decided(given: Path | None) -> Iterator[Path]:
    """A demo collection on which two curators have been at work."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "demo"
        if given:
            shutil.copytree(given, folder)
        else:
            subprocess.run([COLLECTION, "new", folder, "--sample", "paper-weather"], check=True)
            subprocess.run([COLLECTION, "-C", folder, "run"], check=True)
        for words in SAID:
            subprocess.run([COLLECTION, "-C", folder, *words], check=True)
        yield folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The room while it is open: anna's link."""
    words = [COLLECTION, "-C", str(folder), "review", "--no-open", "--port", "0", "--json"]
    server = subprocess.Popen(
        [*words, "--curator", "anna", "--curator", "ben"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout
    try:
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.wait()


@contextmanager
def browsing() -> Iterator[Browser]:
    """The system's Chromium."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def taken(page: Page, keys: str, clicked: str = "", wait: int = 7000) -> Image.Image:
    """What the page shows after these keys and a click, and so many milliseconds: after 7,000 the status line is
    gone."""
    page.wait_for_function(SETTLED)
    for key in keys:
        page.keyboard.press(key)
    if clicked:
        page.click(clicked)
    page.wait_for_timeout(wait)
    page.wait_for_function(SETTLED)
    return screenshot(page)


def screenshot(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def write(path: Path, picture: Image.Image) -> None:
    """As WebP, in the best quality that LARGEST allows."""
    for quality in range(90, 20, -5):
        data = io.BytesIO()
        picture.save(data, "WEBP", quality=quality, method=6)
        if data.tell() < LARGEST:
            path.write_bytes(data.getvalue())
            print(f"{path.name}: {picture.width} x {picture.height}, quality {quality}, {data.tell():,} bytes")
            return
    sys.exit(f"{path.name} does not fit into {LARGEST:,} bytes")


def with_keys(text: str, actions: list[Any]) -> str:
    """The page with its table of keys as the room has them."""
    rows = "".join(f"| {group} | {title} | {', '.join(map(code, keys))} |\n" for group, title, keys in actions)
    head = "<!-- keys: written by `make pictures` -->\n\n| | action | keys |\n|---|---|---|\n"
    table = f"{head}{rows}\n<!-- end of keys -->"
    return re.sub(r"<!-- keys.*<!-- end of keys -->", lambda _: table, text, flags=re.DOTALL)


def code(key: str) -> str:
    """A key in a table."""
    return f"`{key}`"


if __name__ == "__main__":
    main()
