"""Asking the room for what pictures show, by a CLIP that was truly trained on coloured shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from collection.judge.score import score
from collection.pictures.files import encode_png, pixel_sha256
from collection.project import open_project
from collection.stages.judges import judges_of
from collection.store.records import Asset
from collection.values import Pixels, Recipe
from collection.web.access import open_tokens
from collection.web.app import create_app

KINDS = [(colour, shape) for colour in ("red", "blue", "green") for shape in ("circle", "stripes")]
EACH = 4
Paint = Callable[[str, str, int], Pixels]


def kind(number: int) -> tuple[str, str]:
    return KINDS[(number - 1) % len(KINDS)]


@pytest.fixture(scope="module")
def shapes(shapes_clip: str, paint_shape: Paint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of four pictures of each kind, whose prompts do not say what they show."""
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "collection.toml").write_text(
        f'title = "Shapes"\nsupply = 6\nseed = 1\n\n[styles.flat]\n\n[score]\nencoder = "{shapes_clip}"\n'
    )
    with open_project(folder) as project:
        recipes = [Recipe("painter", "painter/1", seed, 32, 32, "main", "a shape") for seed in range(EACH * len(KINDS))]
        project.store.replace_plan(recipes)
        for planned in project.store.unmade():
            pixels = paint_shape(*kind(planned.id), planned.id)
            data = encode_png(pixels)
            sha256 = project.files.add(data)
            asset = Asset(planned.id, planned.recipe, sha256, pixel_sha256(pixels), 32, 32, len(data))
            project.store.add_assets([asset])
        score(project.store, project.files, judges_of(project).scorers)
    return folder


@pytest.fixture
def curator(shapes: Path) -> Iterator[TestClient]:
    with open_project(shapes) as project:
        keys = open_tokens(shapes, ["anna"])
        app = create_app(project, keys)
        client = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
        client.get("/", params={"token": keys.token("anna")})
        yield client
        app.state.review.close()


def first(client: TestClient, query: str) -> list[tuple[str, str]]:
    """The kinds of the first images of a query, as many as there are of a kind."""
    answer = client.get("/api/ids", params={"q": query})
    assert answer.status_code == 200, answer.text
    return [kind(number) for number in answer.json()["ids"][:EACH]]


def test_words_find_what_pictures_show(curator: TestClient) -> None:
    assert curator.get("/api/state").json()["words"]
    for wanted in KINDS:
        assert first(curator, f'"~a {" ".join(wanted)}"') == [wanted] * EACH
    asked = curator.get("/api/ids", params={"q": '"~a red circle" id:2-24'}).json()["ids"]
    assert sorted(asked) == list(range(2, 25)), "words order, and go with conditions"
    assert curator.get("/api/ids", params={"q": "~"}).status_code == 400


def test_an_image_finds_its_like(curator: TestClient) -> None:
    for number, wanted in enumerate(KINDS, 1):
        assert first(curator, f"like:{number}") == [wanted] * EACH
        assert curator.get("/api/ids", params={"q": f"like:{number}"}).json()["ids"][0] == number


def shown(page: Any) -> list[int]:
    """The numbers of the tiles in sight, in the order of the page."""
    tiles = page.locator("#view .tile[data-id]").all()
    places = [(tile.bounding_box(), int(tile.get_attribute("data-id"))) for tile in tiles]
    return [number for box, number in sorted(places, key=lambda place: (place[0]["y"], place[0]["x"]))]


def test_in_the_page_by_search_and_from_the_loupe(
    shapes: Path,
    serving: Callable[..., dict[str, str]],
    opened: Callable[..., Any],
    eventually: Callable[[Any, Callable[[], bool]], None],
) -> None:
    page = opened(serving(shapes, "anna")["anna"])
    page.keyboard.press("/")
    page.keyboard.type('"~blue stripes"')
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.tile[data-id]') && document.activeElement.id !== 'query'")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === '\"~blue stripes\"'")
    eventually(page, lambda: [kind(number) for number in shown(page)[:EACH]] == [("blue", "stripes")] * EACH)
    page.click(".tile[data-id='5']")
    page.keyboard.press("e")
    page.wait_for_selector("#view[data-view=loupe]")
    page.keyboard.press("m")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'like:5'")
    page.wait_for_selector("#decide .target:has-text('0005 · 1 of 24')")  # the loupe stays on it
    neighbours = []
    for _ in range(EACH):
        neighbours.append(int(page.text_content("#decide .target").split()[0]))
        page.keyboard.press("ArrowRight")
    assert neighbours[0] == 5
    assert {kind(number) for number in neighbours} == {("green", "circle")}
