"""The review room as its curators meet it: a server of its own, and a real browser."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
IMAGES = 120


@pytest.fixture(scope="session")
def many_images(repository: Path) -> ModuleType:
    """benchmarks/many_images.py, which makes projects of cheap pictures."""
    spec = importlib.util.spec_from_file_location("many_images", repository / "benchmarks" / "many_images.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def gallery(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of IMAGES images."""
    folder = tmp_path_factory.mktemp("gallery")
    many_images.make(folder, IMAGES)
    return folder


@pytest.fixture(scope="session")
def serving() -> Iterator[Callable[[Path], dict[str, str]]]:
    """Starts `collection review` on a project; returns the link of each curator."""
    command, started = str(Path(sys.executable).parent / "collection"), []

    def start(folder: Path, *curators: str) -> dict[str, str]:
        words = [word for name in curators or ("anna", "ben") for word in ("--curator", name)]
        server = subprocess.Popen(
            [command, "-C", str(folder), "review", "--no-open", "--port", "0", "--json", *words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        started.append(server)
        assert server.stdout
        links: dict[str, str] = json.loads(server.stdout.readline())["links"]
        return links

    yield start
    for server in started:
        server.terminate()
    for server in started:
        server.wait(10)


@pytest.fixture(scope="module")
def links(gallery: Path, serving: Callable[[Path], dict[str, str]]) -> dict[str, str]:
    """Of each curator of the gallery's server, the link."""
    return serving(gallery)


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Any]:
    """The system's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        missing("there is no Chromium; install it, or name it by CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a link in a browser of its own: `opened(link, width=1440, height=900, dark=False, touch=False)`.

    The test fails if the page made a mistake.
    """
    contexts, mistakes = [], []

    def open_link(link: str, width: int = 1440, height: int = 900, dark: bool = False, touch: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(link)
        page.wait_for_selector("#view[data-view]")
        return page

    yield open_link
    for context in contexts:
        context.close()
    assert not mistakes


@pytest.fixture(scope="session")
def artefact(repository: Path) -> Callable[[Any, str], None]:
    """Keeps a screenshot of a page under tests/artefacts, which git ignores."""
    folder = repository / "tests" / "artefacts"
    folder.mkdir(exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png")
