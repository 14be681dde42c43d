"""Roles, links that are given and revoked while the review runs, and blindness: what was seen is in the log."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.errors import UsageError
from collection.project import Project
from collection.web.access import Tokens, open_tokens
from collection.web.tokens import LINKS_FILE, SESSION

OWNERS_ONLY = [
    ("post", "/api/set", {}), ("post", "/api/jobs", {"kind": "select"}), ("delete", "/api/jobs/1", None),
    ("get", "/api/audit", None), ("post", "/api/links", {"name": "eve"}), ("delete", "/api/links?name=bob", None),
]  # fmt: skip
VOTE = ("post", "/api/events", {"decisions": [{"kind": "flag", "asset": 1, "value": "pick"}]})
LOCK = ("post", "/api/events", {"decisions": [{"kind": "lock", "asset": 1, "value": True}]})
NOTE = ("post", "/api/events", {"decisions": [{"kind": "note", "asset": 1, "value": "x"}]})
SET = ("get", "/api/set", None)
PEOPLE = ("get", "/api/agreement", None)
VIEW = ("post", "/api/views", {"name": "mine", "query": ""})
UNDO = ("post", "/api/undo", None)


def asked(client: TestClient, request: tuple[str, str, Any]) -> int:
    method, path, body = request
    return client.request(method, path, json=body).status_code


@pytest.fixture
def enter(app: FastAPI, keys: Tokens) -> Any:
    def come_in(name: str, role: str) -> TestClient:
        keys.add(name, role)
        client = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
        client.get("/", params={"token": keys.token(name)})
        return client

    return come_in


def vote(client: TestClient, kind: str, asset: int | list[int], value: Any, **more: Any) -> Any:
    answer = client.post("/api/events", json={"decisions": [{"kind": kind, "asset": asset, "value": value}], **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestRoles:
    @pytest.mark.parametrize("role", ["curator", "voter", "viewer"])
    @pytest.mark.parametrize("request_", OWNERS_ONLY, ids=lambda request: f"{request[0]} {request[1]}")
    def test_the_owner_alone(self, enter: Any, role: str, request_: tuple[str, str, Any]) -> None:
        assert asked(enter("eve", role), request_) == 403

    @pytest.mark.parametrize(
        ("role", "may", "may_not"),
        [
            ("curator", [VOTE, LOCK, NOTE, SET, PEOPLE, VIEW, UNDO], []),
            ("voter", [VOTE, UNDO], [LOCK, NOTE, SET, PEOPLE, VIEW]),
            ("viewer", [SET, PEOPLE], [VOTE, LOCK, NOTE, VIEW, UNDO, ("get", "/api/pair", None)]),
        ],
    )
    def test_what_each_may(self, enter: Any, role: str, may: list[Any], may_not: list[Any]) -> None:
        client = enter("eve", role)
        assert [asked(client, request) for request in may] == [200] * len(may)
        assert [asked(client, request) for request in may_not] == [403] * len(may_not)
        assert client.get("/api/state").json()["role"] == role
        assert client.get("/api/ids").status_code == 200

    def test_a_voter_stays_blind(self, enter: Any, anna: TestClient) -> None:
        eve = enter("eve", "voter")
        vote(anna, "flag", 3, "reject")
        vote(anna, "lock", 3, True)
        said = vote(eve, "flag", 3, "pick")
        assert said["review_states"]["3"] == {
            "you": {"flag": "pick", "stars": 0, "colour": "none", "locked": False, "reason": "", "tags": []},
            "others": None,
        }  # fmt: skip
        assert eve.get("/api/assets?ids=3").json()["assets"][0]["others"] is None
        assert eve.get("/api/assets/3").json()["others"] is None
        for query in ("by:anna is:rejected", "is:contested", "is:locked", "by:everybody is:rejected"):
            assert eve.get("/api/ids", params={"q": query}).json()["ids"] == [], query

    def test_only_its_maker_and_the_owner_take_a_lock_back(self, anna: TestClient, bob: TestClient) -> None:
        vote(anna, "lock", 5, True)
        unlock = {"decisions": [{"kind": "lock", "asset": 5, "value": False}]}
        assert bob.post("/api/events", json=unlock).status_code == 403
        vote(bob, "lock", 5, True)
        vote(bob, "lock", 5, False)
        assert anna.get("/api/assets?ids=5").json()["assets"][0]["you"]["locked"], "bob took back his own"
        vote(bob, "lock", 6, True)
        vote(anna, "lock", 6, False)
        assert not bob.get("/api/assets?ids=6").json()["assets"][0]["you"]["locked"]


class TestLinks:
    def test_given_and_revoked_without_a_restart(self, anna: TestClient, app: FastAPI, project: Project) -> None:
        assert anna.post("/api/links", json={"name": "eve", "role": "viewer"}).status_code == 200
        other = open_tokens(project.folder, ["anna"])
        assert "eve" in other.curators, "it outlives the server"
        token = other.token("eve")
        eve = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        assert eve.get("/", params={"token": token}).status_code == 200
        assert eve.get("/api/state").status_code == 200
        assert anna.delete("/api/links?name=eve").status_code == 200
        assert eve.get("/api/state").status_code == 401, "the browser that came in by it"
        assert eve.get("/", params={"token": token}).status_code == 401
        assert anna.delete("/api/links?name=eve").status_code == 404
        anna.post("/api/links", json={"name": "eve", "role": "voter"})
        assert other.token("eve") != token, "a new link is another"
        assert eve.get("/", params={"token": token}).status_code == 401

    @pytest.mark.parametrize("name", ["a/b", "..", ".", 'a?b#c%41&"<i>', "می‌خواهم 👩‍🎨"])
    def test_the_link_of_any_name_is_revoked(self, anna: TestClient, project: Project, name: str) -> None:
        assert anna.post("/api/links", json={"name": name}).status_code == 200
        assert anna.delete("/api/links", params={"name": name}).json() == {"name": name}
        assert name not in open_tokens(project.folder, ["anna"]).curators

    def test_one_that_the_command_named(self, anna: TestClient, bob: TestClient, project: Project) -> None:
        assert anna.delete("/api/links?name=bob").status_code == 200
        assert bob.get("/api/state").status_code == 401
        again = open_tokens(project.folder, ["anna", "bob:voter"])
        assert again.role("bob") == "voter"
        assert again.curators == ("anna", "bob"), "named again, he has a new link"

    @pytest.mark.parametrize(
        "names", [["everybody"], ["Everybody"], ["anna", "everybody"], ["anna:voter"], ["anna", "bob:owner"]]
    )
    def test_names_and_roles_that_cannot_be(self, project: Project, names: list[str]) -> None:
        with pytest.raises(UsageError):
            open_tokens(project.folder, names)

    def test_a_name_may_have_a_colon(self, project: Project) -> None:
        assert open_tokens(project.folder, ["a:b", "voter", ":c"]).curators == ("a:b", "voter", ":c")

    @pytest.mark.parametrize("link", [{"name": "everybody"}, {"name": "eve", "role": "owner"}, {"name": "anna"}])
    def test_links_that_cannot_be_given(self, anna: TestClient, link: dict[str, str]) -> None:
        assert anna.post("/api/links", json=link).status_code in (400, 409)

    def test_a_browser_must_come_in_again_after_a_while(
        self, anna: TestClient, keys: Tokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session, now = keys.session("anna"), time.time()
        assert keys.curator_of(session) == "anna"
        monkeypatch.setattr(time, "time", lambda: now + SESSION + 1)
        assert keys.curator_of(session) is None
        assert anna.get("/api/state").status_code == 401

    @pytest.mark.parametrize("cookie", ["", ".", "..", "YW5uYQ==.9999999999.0", "\xff.1.2", "YW5uYQ==.٣٣٣٣٣٣٣٣٣٣.0"])
    def test_sessions_cannot_be_made_up(self, keys: Tokens, cookie: str) -> None:
        assert keys.curator_of(cookie) is None

    def test_the_file_is_the_owners_alone_and_a_damaged_one_is_named(self, anna: TestClient, project: Project) -> None:
        anna.post("/api/links", json={"name": "eve", "role": "viewer"})
        path = project.folder / LINKS_FILE
        assert path.stat().st_mode & 0o777 == 0o600
        path.write_text('{"eve": {"role": "king"}}')
        answer = anna.get("/api/state")
        assert answer.status_code == 503
        assert LINKS_FILE in answer.json()["error"]


class TestWhoseBrowser:
    def test_a_page_of_another_name_is_refused(self, bob: TestClient) -> None:
        for headers in ({"x-collection-curator": "anna"}, {"x-collection-room": "0123456789abcdef"}):
            answer = bob.post("/api/events", json=VOTE[2], headers=headers)
            assert (answer.status_code, answer.json()["other"]) == (409, "bob")
        assert bob.get("/api/state").json()["counts"]["reviewed"] == 0

    def test_names_of_any_letters_go_through_a_header(self, enter: Any) -> None:
        client = enter("Zoë 一", "curator")
        assert client.get("/api/state", headers={"x-collection-curator": "Zo%C3%AB%20%E4%B8%80"}).status_code == 200


class TestTwice:
    def test_an_action_that_is_sent_twice_is_kept_once(self, anna: TestClient, project: Project) -> None:
        first = vote(anna, "flag", 1, "pick", id="action-1")
        assert vote(anna, "flag", 1, "pick", id="action-1") == first
        vote(anna, "flag", 2, "pick", id="action-2")
        assert len(project.store.reviews()) == 2
        for _ in range(2):
            assert anna.post("/api/undo", json={"id": "action-3"}).json()["changed"] == [2]
        assert anna.post("/api/redo", json={"id": "action-4"}).json()["changed"] == [2]
        assert anna.post("/api/undo", json={"id": "action-5", "of": "never-kept"}).json()["changed"] == []
        assert [event.kind for event in project.store.reviews()] == ["flag", "flag", "undo", "redo"]

    def test_ids_of_two_curators_do_not_meet(self, anna: TestClient, bob: TestClient, project: Project) -> None:
        for client in (anna, bob):
            vote(client, "flag", 1, "pick", id="the-same-id")
        assert len(project.store.reviews()) == 2


class TestBlind:
    def test_what_was_seen_before_an_undo_was_seen(self, anna: TestClient, bob: TestClient, project: Project) -> None:
        vote(bob, "flag", 3, "pick")
        vote(anna, "flag", 3, "pick", others=False)
        anna.get("/api/assets/3")  # the panel that shows it
        anna.post("/api/undo", json={"others": False})
        assert anna.get("/api/assets?ids=3").json()["assets"][0]["others"] is None
        vote(anna, "flag", 3, "reject", others=False)
        vote(anna, "flag", 4, "reject", others=False)
        seen = [event.seen.get("others") for event in project.store.reviews() if event.curator == "anna"]
        assert seen == [False, False, True, False]

    def test_it_is_remembered_for_good(self, anna: TestClient, bob: TestClient, app: FastAPI, keys: Tokens) -> None:
        vote(bob, "flag", 3, "pick")
        vote(anna, "flag", 3, "pick")
        from collection.web.sights import Sights

        assert Sights(app.state.review.store).has("anna", "others", [3])
        assert not Sights(app.state.review.store).has("anna", "others", [4])

    def test_scores_once_seen_were_seen(self, anna: TestClient, project: Project) -> None:
        vote(anna, "flag", 3, "pick", seen={"scores": True})
        vote(anna, "stars", 3, 4, seen={"scores": False})
        vote(anna, "stars", 4, 4, seen={"scores": False})
        assert [event.seen["scores"] for event in project.store.reviews()] == [True, True, False]

    def test_a_query_that_tells_is_a_sight(self, anna: TestClient, bob: TestClient, project: Project) -> None:
        vote(bob, "flag", 3, "pick")
        vote(anna, "flag", 3, "pick", others=False)
        assert anna.get("/api/ids", params={"q": "by:bob is:picked"}).json()["ids"] == [3]
        vote(anna, "stars", 3, 1, others=False)
        assert project.store.reviews()[-1].seen["others"] is True

    def test_locks_of_others_show_after_ones_own_vote(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, "lock", 3, True)
        assert not anna.get("/api/assets?ids=3").json()["assets"][0]["you"]["locked"]
        assert anna.get("/api/state").json()["counts"]["locked"] == 0
        assert anna.get("/api/ids", params={"q": "is:locked"}).json()["ids"] == []
        assert "lock" not in str(anna.get("/api/assets/3").json()["why"])
        vote(anna, "flag", 3, "pick")
        assert anna.get("/api/assets?ids=3").json()["assets"][0]["you"]["locked"]

    @pytest.mark.parametrize("path", ["/api/set", "/api/set/costs", "/api/sheet"])
    def test_the_set_shows_nothing_before(self, anna: TestClient, bob: TestClient, project: Project, path: str) -> None:
        assert bob.get(path).status_code == 200, "nobody else has said anything"
        vote(anna, "flag", 6, "reject")
        answer = bob.get(path)
        assert (answer.status_code, answer.json()["blind"]) == (409, True)
        assert bob.post("/api/sight").status_code == 200
        assert bob.get(path).status_code == 200
        vote(bob, "flag", 9, "pick", others=False)
        assert project.store.reviews()[-1].seen["others"] is True

    def test_the_set_shows_to_whoever_has_reviewed_all(self, anna: TestClient, bob: TestClient) -> None:
        vote(anna, "flag", 6, "reject")
        vote(bob, "flag", [*range(1, 13)], "pick", others=False)
        assert bob.get("/api/set").status_code == 200

    def test_the_owner_sees_the_set_and_the_log_says_so(
        self, anna: TestClient, bob: TestClient, project: Project
    ) -> None:
        vote(bob, "flag", 6, "reject")
        assert anna.get("/api/set").json()["sighted"] is True
        vote(anna, "flag", 9, "pick", others=False)
        assert project.store.reviews()[-1].seen["others"] is True

    def test_agreement_shows_once_you_have_voted(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, "flag", 6, "reject")
        assert anna.get("/api/agreement").json()["flags"] is None
        vote(anna, "flag", 7, "reject")
        assert anna.get("/api/agreement").json()["flags"]["units"] == 0
