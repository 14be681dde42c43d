"""What waited in a browser is sent as one request: kept in its order, once, by the rules of single requests."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from collection.project import Project
from collection.web.access import Tokens


def vote(number: int, name: str, kind: str = "flag", value: Any = "pick", **seen: Any) -> dict[str, Any]:
    said = {"decisions": [{"kind": kind, "asset": number, "value": value}], "id": f"the-vote-{name}", "seen": seen}
    return {"path": "/api/events", "body": said}


def step(kind: str, name: str, of: str | None = None) -> dict[str, Any]:
    return {"path": f"/api/{kind}", "body": {"id": f"the-step-{name}", "of": of}}


def sent(client: TestClient, *actions: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post("/api/batch", json={"actions": actions})
    assert answer.status_code == 200, answer.text
    answers: list[dict[str, Any]] = answer.json()["answers"]
    return answers


def log(project: Project) -> list[tuple[str, int | None, Any]]:
    return [(event.kind, event.asset_id, event.value) for event in project.store.reviews()]


def test_a_batch_is_kept_in_its_order_and_once(anna: TestClient, project: Project) -> None:
    actions = (
        vote(1, "a"),
        vote(2, "b", "stars", 3),
        step("undo", "c"),
        vote(1, "d", "flag", "reject"),
        step("redo", "e"),
    )
    answers = sent(anna, *actions)
    assert [answer["status"] for answer in answers] == [200] * 5
    assert [answer["changed"] for answer in answers] == [[1], [2], [2], [1], []]
    assert answers[0]["review_states"]["1"]["you"]["flag"] == "reject", "as it stands after all of them"
    kept = [("flag", 1, "pick"), ("stars", 2, 3), ("undo", None, None), ("flag", 1, "reject")]
    assert log(project) == kept
    assert [answer["changed"] for answer in sent(anna, *actions)] == [[1], [2], [2], [1], []]
    assert anna.post("/api/events", json=actions[0]["body"]).status_code == 200
    assert log(project) == kept, "also not by a request of its own"


def test_what_is_refused_is_refused_alone(anna: TestClient, project: Project) -> None:
    answers = sent(
        anna, vote(1, "a"), vote(999, "b"), vote(2, "c", "flag", "maybe"), {"path": "/api/events", "body": {"id": "x"}},
        vote(3, "no-name") | {"body": {"decisions": [{"kind": "flag", "asset": 3, "value": "pick"}]}},
        step("undo", "d", of="the-vote-b"), vote(4, "e"),
    )  # fmt: skip
    assert [answer["status"] for answer in answers] == [200, 400, 400, 422, 400, 200, 200]
    assert "0999" in answers[1]["error"]
    assert "maybe" in answers[2]["error"]
    assert answers[5]["changed"] == [], "the undo of what was refused takes nothing else back"
    assert log(project) == [("flag", 1, "pick"), ("flag", 4, "pick")]


def test_it_is_one_transaction(anna: TestClient, app: FastAPI) -> None:
    store = app.state.review.store
    begun: list[object] = []
    writing = store._commits._writing
    store._commits._writing = lambda: begun.append(None) or writing()
    answers = sent(anna, *(vote(number, str(number)) for number in range(1, 12)))
    assert {answer["status"] for answer in answers} == {200}
    assert len(begun) == 1


def test_roles_and_names_hold_in_it(bob: TestClient, anna: TestClient, app: FastAPI, keys: Tokens) -> None:
    sent(anna, vote(5, "lock", "lock", True))
    answers = sent(bob, vote(5, "a", "lock", False), vote(5, "b", "lock", True), vote(5, "c", "lock", False))
    assert [answer["status"] for answer in answers] == [403, 200, 200], "his own may be taken back, once it is there"
    assert "anna locked 0005" in answers[0]["error"]
    keys.add("eve", "voter")
    eve = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
    eve.get("/", params={"token": keys.token("eve")})
    answers = sent(eve, vote(5, "d"), vote(5, "e", "note", "look"))
    assert [answer["status"] for answer in answers] == [200, 403]
    assert answers[0]["review_states"]["5"]["others"] is None
    other = eve.post("/api/batch", json={"actions": [vote(6, "f")]}, headers={"x-collection-curator": "anna"})
    assert other.status_code == 409
    keys.add("eve", "viewer")
    assert eve.post("/api/batch", json={"actions": [vote(6, "f")]}).status_code == 403


def test_the_log_says_what_was_seen_before_each(anna: TestClient, project: Project) -> None:
    sent(anna, vote(1, "a"), vote(1, "b", "stars", 2, scores=True), vote(1, "c", "stars", 3))
    assert [event.seen["scores"] for event in project.store.reviews()] == [False, True, True]
    assert project.store.sights() == {("anna", "scores"): {1}}


def test_a_batch_has_an_end(anna: TestClient) -> None:
    many = [vote(1, str(number)) for number in range(501)]
    assert anna.post("/api/batch", json={"actions": many}).status_code == 422
    assert anna.post("/api/batch", json={"actions": []}).status_code == 422


def test_what_a_locked_database_cannot_keep_may_be_sent_again(anna: TestClient, project: Project) -> None:
    engine = project.store._engine
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20"))
    engine.dispose()
    action = vote(3, "locked")
    other = sqlite3.connect(project.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for path, body in ((action["path"], action["body"]), ("/api/batch", {"actions": [action]})):
        answer = anna.post(path, json=body)
        assert (answer.status_code, "locked" in answer.json()["error"]) == (503, True), "409 would take the vote back"
    other.execute("ROLLBACK")
    other.close()
    assert [answer["status"] for answer in sent(anna, action)] == [200]
    assert log(project) == [("flag", 3, "pick")]
