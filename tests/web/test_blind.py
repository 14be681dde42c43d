"""A curator who is still blind gets from every door of the room what it gave before others decided anything."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.curate.reviews.log import record
from collection.project import Project, open_project
from collection.store.review_records import Decision
from collection.web.access import Tokens

Opened = Callable[..., Any]
EVERY = ",".join(map(str, range(1, 13)))
TELLING = ("votes", "votes%", "learned-preference", "learned-preference:anna", "rank")
"""Fields that tell what others decided."""
DOORS = {
    "/api/state": ["/api/state"],
    "/api/ids": [
        f"/api/ids?q={query}"
        for query in ("", "sort:-score", "score>50", "is:disagrees", "is:locked", "tag:*", "by:anna")
    ],
    "/api/assets": [f"/api/assets?ids={EVERY}"],
    "/api/assets/{number}": ["/api/assets/3", "/api/assets/6"],
    "/api/histogram": ["/api/histogram?field=is", "/api/histogram?field=score", "/api/histogram?field=tag"],
    "/api/map": ["/api/map"],
    "/api/map/colours": ["/api/map/colours?by=score", "/api/map/colours?by=flag:anna"],
    "/api/stacks": ["/api/stacks", "/api/stacks?q=sort:-score"],
    "/api/export/{form}": ["/api/export/csv", "/api/export/json"],
    "/api/lineage/{number}": ["/api/lineage/3"],
    "/api/assets/{number}/colours": ["/api/assets/3/colours"],
}  # fmt: skip
"""By the route of each, what is asked of it and must tell nothing of others."""
REFUSED = ("/api/set", "/api/set/costs", "/api/sheet", "/api/set/order", "/api/ranking", "/api/audit")
"""The routes that are closed to whoever is blind, and the owner's."""
OF_NO_IMAGE = {
    "/api/pair": "which pair teaches most hangs on all answers, and is told without a score",
    "/api/agreement": "how many votes each gave; how far they agree shows once you have voted",
    "/api/preferences": "how many votes were learned from, and how well they foretell others",
    "/api/doubtful": "by your own votes",
    "/api/jobs": "what was done, in counts",
    "/api/stream": "that somebody decided, and not what",
    "/images/{number}/{size}/{tag}": "the picture",
}


@pytest.fixture
def config(config: str) -> str:
    """No metric is named to rank by: what people decided does, once they did."""
    return config.split("[select]")[0]


def decide(client: TestClient, *decisions: dict[str, Any]) -> None:
    assert client.post("/api/events", json={"decisions": list(decisions)}).status_code == 200


def decide_everything(anna: TestClient) -> None:
    """Anna, the owner, compares, flags, locks, tags, writes, and chooses the set by all of it."""
    pairs = itertools.combinations(range(1, 12), 2)
    decide(anna, *({"kind": "pair", "asset": better, "other": worse, "value": "left"} for better, worse in pairs))
    decide(anna, *({"kind": "flag", "asset": n, "value": "reject" if n > 5 else "pick"} for n in (2, 3, 6, 7)))
    decide(anna, {"kind": "lock", "asset": 9, "value": True}, {"kind": "tag", "asset": 3, "value": "sea"})
    decide(anna, {"kind": "note", "asset": 4, "value": "pale"}, {"kind": "stars", "asset": 1, "value": 5})
    assert anna.post("/api/set", json={}).status_code == 200


def told(client: TestClient) -> dict[str, Any]:
    """What every door tells, but for how many changes there were, and whatever is called selected, rank or why."""
    found = {}
    for address in (each for addresses in DOORS.values() for each in addresses):
        answer = client.get(address)
        if "csv" in address:
            rows = csv.DictReader(io.StringIO(answer.text))
            found[address] = (answer.status_code, [{**row, "selected": None} for row in rows])
        else:
            found[address] = (answer.status_code, _plain(answer.json()))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value if each not in ("rank", "selected")]
    if not isinstance(value, dict):
        return value
    if "words" in value and "missing" in value:
        return {word: count for word, count in zip(value["words"], value["counts"], strict=True) if word != "selected"}
    return {name: _plain(each) for name, each in value.items() if name not in ("version", "selected", "why")}


@pytest.fixture
def eve(app: FastAPI, keys: Tokens) -> TestClient:
    """A voter, who stays blind."""
    keys.add("eve", "voter")
    client = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
    client.get("/", params={"token": keys.token("eve")})
    return client


def test_every_door_is_known(app: FastAPI) -> None:
    shown = {path for path, methods in app.openapi()["paths"].items() if "get" in methods}
    assert shown == {*DOORS, *REFUSED, *OF_NO_IMAGE}, "say of a new door what it tells a blind curator"


@pytest.mark.parametrize("who", ["bob", "eve"])
def test_no_door_tells_what_others_decided(
    anna: TestClient, bob: TestClient, eve: TestClient, project: Project, who: str
) -> None:
    blind = {"bob": bob, "eve": eve}[who]
    before = told(blind)
    decide_everything(anna)
    after = told(blind)
    for address in before:
        assert after[address] == before[address], address
    assert blind.get("/api/assets/3").json()["why"] is None
    assert "votes" in anna.get("/api/state").json()["fields"], "they are her own"
    for field in TELLING[:1] + TELLING[-1:]:
        for address in (
            f"/api/ids?q=sort:-{field}", f"/api/histogram?field={field}", f"/api/map/colours?by={field}",
            f"/api/export/csv?q=sort:{field}",
        ):  # fmt: skip
            answer = blind.get(address)
            assert answer.status_code == (403 if who == "eve" and "export" in address else 409), (address, answer.text)
    assert blind.get("/api/ids?q=is:selected").json()["blind"] is True


def test_whoever_asks_sees_it_all_and_the_log_says_so(anna: TestClient, bob: TestClient, project: Project) -> None:
    decide_everything(anna)
    assert bob.get(f"/api/assets?ids={EVERY}").json()["assets"][0]["score"] is None
    bob.post("/api/sight")
    shown = bob.get(f"/api/assets?ids={EVERY}").json()["assets"]
    assert shown[0]["scores"]["votes"][0] > shown[10]["scores"]["votes"][0]
    assert shown[0]["score"] > shown[10]["score"]
    assert any(image["selected"] is not None for image in shown)
    assert bob.get("/api/ids?q=sort:-votes").json()["ids"][0] == 1
    assert {"votes", "rank"} <= set(bob.get("/api/state").json()["fields"])
    decide(bob, {"kind": "flag", "asset": 12, "value": "pick"})
    assert project.store.reviews()[-1].seen["others"] is True


def test_what_one_alone_decided_is_no_secret_of_others(anna: TestClient, project: Project) -> None:
    decide_everything(anna)
    assert anna.get("/api/ids?q=sort:-votes").json()["ids"][0] == 1
    assert anna.get("/api/ids?q=is:selected").json()["total"] == 4


def test_the_learned_preference_of_another_is_hidden_and_ones_own_is_not(
    anna: TestClient, bob: TestClient, project: Project
) -> None:
    from collection.store.judging_records import Score
    from collection.store.review_records import LearnedPreference

    for name in ("learned-preference", "learned-preference:anna", "learned-preference:bob"):
        scores = [Score(asset.file_sha256, name, "x", float(asset.id)) for asset in project.store.assets()]
        learned = LearnedPreference(name, "x", np.zeros(2, np.float32), 0.0, {"better": False})
        project.store.replace_learned_preference(learned, scores)
    decide(anna, {"kind": "flag", "asset": 3, "value": "pick"})
    fields = set(bob.get("/api/state").json()["fields"])
    assert "learned-preference:bob" in fields
    assert not {"learned-preference", "learned-preference:anna"} & fields
    assert bob.get("/api/ids?q=Learned-Preference:Anna>3").status_code in (400, 409)


def test_an_export_of_the_owner_is_a_sight_of_all(anna: TestClient, bob: TestClient, project: Project) -> None:
    decide(bob, {"kind": "flag", "asset": 3, "value": "pick"})
    assert "bob: pick" in anna.get("/api/export/csv").text
    decide(anna, {"kind": "flag", "asset": 4, "value": "pick"})
    assert project.store.reviews()[-1].seen["others"] is True
    decide(bob, {"kind": "flag", "asset": 4, "value": "pick"})
    assert "anna: pick" in bob.get("/api/export/csv?q=id:4").text
    assert "anna: pick" not in bob.get("/api/export/csv?q=id:3").text


@pytest.fixture
def compared(gallery: Path) -> Iterator[Path]:
    """A project in which anna compared images and nobody else decided anything."""
    with open_project(gallery) as project:
        record(project.store, "anna", [Decision("pair", better, "left", better + 1) for better in range(1, 9)])
    yield gallery


def test_the_page_offers_and_shows_no_votes_until_they_are_asked_for(
    compared: Path, serving: Callable[[Path], dict[str, str]], opened: Opened
) -> None:
    at = serving(compared)
    page = opened(at["ben"] + "&q=sort:-votes")
    page.wait_for_selector("text=votes tells what others said")
    page = opened(at["ben"] + "&view=duel&ranking=everybody")
    page.click("button:has-text('Show it all the same')")
    page.wait_for_selector(".card:has-text('won 1 of')")
    page.goto(page.url.split("?")[0] + "?q=sort:-votes")
    page.wait_for_selector("#image-1")
    page.wait_for_selector(".badges:has-text('votes')")
