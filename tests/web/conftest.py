"""Rooms with curators who come in by their links, and the same in a real browser."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.judge.duplicates.dedupe import dedupe
from collection.pictures.files import encode_png
from collection.project import Project, open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Duplicate, Embedding, Fingerprint, Score
from collection.store.records import Asset
from collection.values import sha256_hex
from collection.web.access import Tokens, open_tokens
from collection.web.app import create_app

CONFIG = """\
title = "Room <script>alert(1)</script>"
supply = 4
candidates = 12
seed = "room"

[image]
size = 64

[styles.woodblock]
[styles.ink]

[[series]]
name = "day"
prompt = "noon over the <b>harbour</b>"
blend = { woodblock = 0.7, ink = 0.3 }

[[series]]
name = "night"
prompt = "the moon"
blend = { ink = 1 }

[traits.sky]
weight = { clear = 2, torn = 1 }

[select]
by = ["quality"]
"""
CURATORS = ("anna", "bob")
IMAGES = 120
Client = Callable[[str], TestClient]


def fill(project: Project) -> None:
    """Images of one colour each, with scores and vectors as the judge would leave them; 12 is a duplicate of 11."""
    store, model = project.store, judges_of(project).duplicate_thresholds.model
    store.replace_plan(project.plan.recipes)
    assets, rng = [], np.random.default_rng(1)
    for planned in store.unmade():
        png = encode_png(np.full((64, 64, 3), 20 * planned.id, dtype=np.uint8), planned.recipe)
        sha256 = project.files.add(png)
        assets.append(Asset(planned.id, planned.recipe, sha256, sha256_hex(png[::-1]), 64, 64, len(png)))
    store.add_assets(assets)
    vectors = rng.normal(size=(len(assets), 1280)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.add_judgements(
        [
            Score(asset.file_sha256, "quality", judges_of(project).scorers.models["quality"], 8.0 * asset.id)
            for asset in assets
        ],
        [Embedding(asset.file_sha256, model, vector) for asset, vector in zip(assets, vectors, strict=True)],
    )
    store.replace_duplicates([Duplicate(12, 11, "phash", 2.0)], "x", {})


@pytest.fixture
def config() -> str:
    """The collection.toml of `project`."""
    return CONFIG


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a project with that collection.toml and its images; each is made once, to be copied."""

    @cache
    def make(config: str) -> Path:
        folder = tmp_path_factory.mktemp("filled")
        (folder / "collection.toml").write_text(config)
        with open_project(folder) as project:
            fill(project)
        return folder

    return make


@pytest.fixture
def project(tmp_path: Path, config: str, filled: Callable[[str], Path]) -> Iterator[Project]:
    shutil.copytree(filled(config), tmp_path, dirs_exist_ok=True)
    with open_project(tmp_path) as project:
        yield project


@pytest.fixture
def keys(project: Project) -> Tokens:
    return open_tokens(project.folder, CURATORS)


@pytest.fixture
def app(project: Project, keys: Tokens) -> Iterator[FastAPI]:
    app = create_app(project, keys)
    yield app
    app.state.review.close()


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    """Somebody without a key."""
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def client(app: FastAPI, keys: Tokens) -> Client:
    """A curator's page: came in by the link, and says that it is ours."""

    def come_in(curator: str) -> TestClient:
        client = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
        assert client.get("/", params={"token": keys.token(curator)}).status_code == 200
        return client

    return come_in


@pytest.fixture
def anna(client: Client) -> TestClient:
    return client("anna")


@pytest.fixture
def bob(client: Client) -> TestClient:
    return client("bob")


@pytest.fixture(scope="session")
def many_images(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """benchmarks/many_images.py, which makes projects of cheap pictures. Here each is made once, and then copied."""
    spec = importlib.util.spec_from_file_location("many_images", repository / "benchmarks" / "many_images.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    draw, module.drawn = module.make, cache(module.drawn)  # type: ignore[attr-defined]

    @cache
    def made(count: int, *_words: tuple[str, ...]) -> Path:
        folder = tmp_path_factory.mktemp("many")
        draw(folder, count).close()
        return folder

    def make(folder: Path, count: int) -> Project:
        shutil.copytree(made(count, module.SKIES, module.SERIES), folder, dirs_exist_ok=True)
        return open_project(folder)

    module.make = make  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def gallery(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of IMAGES images."""
    folder = tmp_path_factory.mktemp("gallery")
    many_images.make(folder, IMAGES)
    return folder


@pytest.fixture(scope="module")
def graded(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 10 images, compared by `dedupe`: to the first the second has a cosine of 0.97, the third of 0.88."""
    folder, rng = tmp_path_factory.mktemp("graded"), np.random.default_rng(1)
    many_images.make(folder, 10).close()
    with (folder / "collection.toml").open("a") as file:
        file.write("[dedupe]\ntile_difference = 255  # no second look: these pictures have no pixels to look at\n")
    with open_project(folder) as project:
        assets, model = project.store.assets(), judges_of(project).duplicate_thresholds.model
        vectors = np.eye(len(assets), 64, dtype=np.float32)
        for row, cosine in ((1, 0.97), (2, 0.88)):
            vectors[row] = np.sqrt(1 - cosine**2) * vectors[row] + cosine * vectors[0]
        project.store.add_judgements(
            embeddings=[Embedding(asset.file_sha256, model, row) for asset, row in zip(assets, vectors, strict=True)],
            fingerprints={
                asset.file_sha256: Fingerprint(tuple(rng.integers(2**63, size=9).tolist())) for asset in assets
            },
        )
        dedupe(project.store, judges_of(project).duplicate_thresholds, judges_of(project).ranking())
    return folder


@pytest.fixture(scope="session")
def begin_room(forks: Callable[..., Any]) -> Callable[..., tuple[Any, dict[str, str]]]:
    """Starts `collection review` on a project, for curators; returns the server, and the link of each."""
    begun = forks("collection.web.serve", "jinja2", "forked_room:load", only=True)

    def begin(folder: Path, *curators: str, port: str = "0") -> tuple[Any, dict[str, str]]:
        words = [word for name in curators for word in ("--curator", name)]
        server = begun.apart("-C", folder, "review", "--no-open", "--port", port, "--json", *words)
        return server, json.loads(server.out.readline())["links"]

    return begin


@pytest.fixture(scope="module")
def serving(begin_room: Callable[..., tuple[Any, dict[str, str]]]) -> Iterator[Callable[..., dict[str, str]]]:
    """Starts `collection review` on a project; returns the link of each curator."""
    started: list[Any] = []

    def start(folder: Path, *curators: str) -> dict[str, str]:
        server, links = begin_room(folder, *(curators or ("anna", "ben")))
        started.append(server)
        return links

    yield start
    for server in started:
        server.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def links(gallery: Path, serving: Callable[[Path], dict[str, str]]) -> dict[str, str]:
    """Of each curator of the gallery's server, the link."""
    return serving(gallery)


@pytest.fixture(scope="module")
def _spare(browser: Any) -> dict[tuple[object, ...], list[Any]]:
    """Contexts of the browser that no test uses now, by who came in and how: they have scripts and pictures already."""
    return defaultdict(list)


@pytest.fixture
def opened(browser: Any, _spare: dict[tuple[object, ...], list[Any]]) -> Iterator[Callable[..., Any]]:
    """Opens a link in a browser of its own: `opened(link, width=1440, height=900, dark=False, touch=False)`.

    It knows nothing of earlier tests but what a browser may keep for ever. The test fails if the page made a mistake.
    """
    contexts, mistakes = [], []

    def open_link(link: str, width: int = 1440, height: int = 900, dark: bool = False, touch: bool = False) -> Any:
        who, scheme = link.partition("&")[0], "dark" if dark else "light"
        kind = (who, width, height, dark, touch)
        context = (_spare[kind] or [None]).pop() or browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, color_scheme=scheme
        )
        contexts.append((kind, context))
        page = context.new_page()
        _forget(context, page, link)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(link)
        page.wait_for_selector("#view[data-view]")
        return page

    yield open_link
    for kind, context in contexts:
        for page in context.pages:
            page.close()
        _spare[kind].append(context)
    assert not mistakes


def _forget(context: Any, page: Any, link: str) -> None:
    """Forget all that an earlier test kept in a context: who came in, what was allowed, and the stores of the page."""
    context.clear_cookies()
    context.clear_permissions()
    session, address = context.new_cdp_session(page), urlsplit(link)
    origin = f"{address.scheme}://{address.netloc}"
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()


SIZES = {"wide": (1440, 900, False, False), "dark": (1440, 900, True, False), "phone": (390, 844, False, True)}
PICTURES = "() => [...document.querySelectorAll('#view img[src]')].every(one => one.complete)"


@pytest.fixture(params=SIZES)
def walked(
    request: pytest.FixtureRequest, opened: Callable[..., Any], artefact: Callable[[Any, str], None]
) -> Callable[[str], Walk]:
    """Opens a link at each of SIZES, to go through its views."""

    def walk(link: str) -> Walk:
        return Walk(opened(link, *SIZES[request.param]), request.param, artefact)

    return walk


class Walk:
    """A page at a size of SIZES, which shows one view after the other."""

    def __init__(self, page: Any, size: str, artefact: Callable[[Any, str], None]) -> None:
        self.page, self.size, self._artefact = page, size, artefact

    def show(self, view: str, sign: str) -> None:
        """Show a view by its tab until `sign` and all its pictures are there, and keep a screenshot of it."""
        self.page.evaluate("view => document.querySelector(`[data-view-tab=${view}]`).click()", view)
        self.page.wait_for_selector(f"#view[data-view={view}] {sign}")
        self.page.wait_for_function(PICTURES)
        self._artefact(self.page, f"{view}-{self.size}")

    def fits(self) -> None:
        """The view is no wider than the window, and of a moderate number of elements."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert self.page.evaluate("document.querySelectorAll('*').length") < 500


@pytest.fixture(scope="session")
def eventually() -> Callable[[Any, Callable[[], bool]], None]:
    """Waits until something holds that no selector tells, while a page goes on; a minute, for a slow machine."""

    def wait(page: Any, holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            page.wait_for_timeout(100)
        assert holds()

    return wait


@pytest.fixture(scope="session")
def sent(eventually: Callable[[Any, Callable[[], bool]], None]) -> Callable[[Any], None]:
    """Waits until the server has all that was decided on a page, which shows it earlier."""
    waits = """() => new Promise(resolve => { const open = indexedDB.open("collection-review");
        open.onsuccess = () => {
        const asked = open.result.transaction("actions").objectStore("actions").count();
        asked.onsuccess = () => { open.result.close(); resolve(asked.result); } } })"""

    def wait(page: Any) -> None:
        eventually(page, lambda: page.evaluate(waits) == 0)  # `wait_for_function` awaits no promise

    return wait


@pytest.fixture(scope="session")
def hold() -> Callable[[Any, str], Callable[[], None]]:
    """Lets a page's requests to an address wait; what it returns lets them go, and holds no more."""

    def begin(page: Any, address: str) -> Callable[[], None]:
        held: list[Any] = []
        page.route(address, lambda route: held.append(route))

        def release() -> None:
            for route in held:
                route.continue_()
            page.unroute(address)

        return release

    return begin
