"""The map: places that stay, colours, a lasso that is a query, clusters that get a name; in a real browser too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.judging_records import Embedding
from collection.store.records import Asset
from collection.values import sha256_hex


def test_images_that_come_move_none(anna: TestClient, project: Project) -> None:
    first = anna.get("/api/map").json()
    assert (first["method"], len(first["ids"]), len(first["known"])) == ("tsne", 12, 1)
    store, model = project.store, judges_of(project).duplicate_thresholds.model
    (twin,) = (asset for asset in store.assets() if asset.id == 5)
    sha256 = sha256_hex(b"new")
    new = Asset(store.numbers()[-1] + 1, None, sha256, sha256, 64, 64, 0)
    store.add_assets([new])
    ids, vectors = store.embeddings(model)
    store.add_judgements(embeddings=[Embedding(sha256, model, vectors[ids.index(twin.id)])])
    again = anna.get("/api/map").json()
    assert again["ids"] == [*first["ids"], new.id]
    assert again["x"][:-1] == first["x"]
    place = first["ids"].index(twin.id)
    assert abs(again["x"][-1] - first["x"][place]) + abs(again["y"][-1] - first["y"][place]) < 400
    anew = anna.post("/api/map").json()
    assert anew["x"][:-1] != first["x"]
    assert anna.get("/api/map").json()["x"] == anew["x"]


def test_what_a_map_is_coloured_by(anna: TestClient, bob: TestClient) -> None:
    shown = anna.get("/api/map", params={"method": "pca"}).json()
    by = {
        name: anna.get("/api/map/colours", params={"by": name}).json()
        for name in ("quality", "style.ink", "series", "sky")
    }
    assert by["quality"]["range"] == [8, 96]
    assert by["quality"]["values"] == [8.0 * number for number in shown["ids"]]
    assert by["series"]["words"] == ["day", "night"]
    assert anna.get("/api/map/colours", params={"by": "nothing"}).status_code == 400
    assert anna.get("/api/map", params={"method": "umap"}).status_code == 400
    flag = {"decisions": [{"kind": "flag", "asset": 2, "value": "pick"}]}
    bob.post("/api/events", json=flag)
    assert set(anna.get("/api/map/colours", params={"by": "flag:bob"}).json()["values"]) == {1}, "blind until cast"
    anna.post("/api/events", json=flag)
    for name in ("flag", "flag:bob"):
        assert anna.get("/api/map/colours", params={"by": name}).json()["values"].index(2) == 1


def test_a_lasso_is_a_query_and_a_cluster_gets_a_name(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&view=map&at=3")
    page.wait_for_selector(".clusters form")
    page.wait_for_selector(".panel:has-text('120 of 120 images are in the query')")
    box = page.locator("canvas").bounding_box()
    across = box["x"] + box["width"] / 2
    corners = [(across, box["y"] + 4), (box["x"] + box["width"] - 4, box["y"] + 4)]
    corners += [(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4), (across, box["y"] + box["height"] - 4)]
    page.keyboard.down("Shift")
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.wait_for_function("() => document.querySelector('#query').value.startsWith('lasso:tsne,')")
    told = page.request.get(f"{page.url.split('/?')[0]}/api/map").json()
    inside = {number for number, x in zip(told["ids"], told["x"], strict=True) if x > 5010}
    found = page.request.get(f"{page.url.split('/?')[0]}/api/ids", params={"q": page.input_value("#query")}).json()[
        "ids"
    ]
    assert inside <= set(found)
    assert 0 < len(found) < 120
    page.keyboard.press("g")
    page.wait_for_selector(f".counts:has-text('{len(found)} of 120')")
    page.go_back()
    page.click("button:has-text('Let the lasso go')")
    page.wait_for_selector(".panel:has-text('120 of 120 images are in the query')")
    page.fill("[aria-label='Name of cluster 2']", "quays")
    page.press("[aria-label='Name of cluster 2']", "Enter")
    page.wait_for_selector(".clusters button:has-text('quays')")
    count = told["clusters"][1]["count"]
    page.click(".clusters button:has-text('quays')")
    page.wait_for_selector(f".counts:has-text('{count} of 120')")
    assert page.input_value("#query") == "tag:quays"


def test_the_arrows_walk_the_map(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["ben"] + "&view=map&at=3")
    page.wait_for_selector(".clusters form")
    told = page.request.get(f"{page.url.split('/?')[0]}/api/map").json()
    x = dict(zip(told["ids"], told["x"], strict=True))
    to = {"ArrowRight": 1, "ArrowLeft": -1}["ArrowRight" if x[3] < 5000 else "ArrowLeft"]
    page.keyboard.press("ArrowRight" if to > 0 else "ArrowLeft")
    page.wait_for_selector("#decide .target:not(:has-text('0003'))")
    at = int(page.text_content("#decide .target").split(" ")[0])
    assert np.sign(x[at] - x[3]) == to
    page.keyboard.press("p")
    page.wait_for_function(
        "at => document.getElementById('status').textContent.includes(`picked ${at}`)", arg=f"{at:04d}"
    )


def test_dots_become_pictures_and_are_coloured_by_what_is_known(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    page = opened(links["anna"] + "&view=map&at=3")
    page.wait_for_selector(".clusters form")
    page.select_option("select[aria-label=Colour]", "quality")
    page.wait_for_selector(".legend .ramp")
    for field, words in (("sky", ("clear", "torn", "violet")), ("flag:ben", ()), ("style.oil", ())):
        page.select_option("select[aria-label=Colour]", field)
        for word in words:
            page.wait_for_selector(f".legend:has-text('{word}')")
        page.wait_for_function("field => new URLSearchParams(location.search).get('colour') === field", arg=field)
    page.select_option("select[aria-label=Map]", "pca")
    page.wait_for_function("() => new URLSearchParams(location.search).get('method') === 'pca'")
    for _ in range(12):
        page.keyboard.press("+")  # the image that is looked at stays in sight
    page.wait_for_function(
        "() => performance.getEntriesByType('resource')"
        ".some(each => each.name.includes('/images/3/') && each.initiatorType === 'img' && each.responseStatus === 200)"
    )
