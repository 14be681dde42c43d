from __future__ import annotations

import stat

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.errors import UsageError
from collection.project import Project
from collection.web.access import SECRET_FILE, Tokens, is_loopback, open_tokens
from collection.web.app import create_app

VOTE = {"decisions": [{"kind": "flag", "asset": 1, "value": "pick"}]}


def test_nobody_gets_in_without_a_key(visitor: TestClient, app: FastAPI) -> None:
    for route in app.routes:
        path = getattr(route, "path", "/").replace("{number}", "1").replace("{size}", "256")
        answer = visitor.get(path.replace("{tag}", "x").replace("{name}", "x"))
        assert answer.status_code == 401, path
        assert set(answer.json()) == {"error", "hint"}


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 64, "\x00"])
def test_a_wrong_key_opens_nothing(visitor: TestClient, token: str) -> None:
    assert visitor.get("/", params={"token": token}).status_code == 401
    assert visitor.get("/api/state", headers={"cookie": f"collection-80={token!a}"}).status_code == 401


def test_a_key_becomes_a_cookie_that_no_script_can_read(visitor: TestClient, keys: Tokens) -> None:
    answer = visitor.get("/", params={"token": keys.token("anna"), "q": "quality>50"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert answer.headers["refresh"] == "0; url=/?q=quality%3E50"
    assert keys.token("anna") not in answer.text + answer.headers["refresh"]
    assert visitor.get("/api/state").json()["you"] == "anna"


def test_the_key_of_one_curator_is_not_anothers(client, keys: Tokens) -> None:
    assert client("bob").get("/api/state").json()["you"] == "bob"
    assert keys.token("anna") != keys.token("bob")


def test_links_outlive_the_server_and_names_are_no_longer_known_when_left_out(project: Project, keys: Tokens) -> None:
    again = open_tokens(project.folder, ["anna"])
    assert again.token("anna") == keys.token("anna")
    assert again.curator(keys.token("bob")) is None
    assert stat.S_IMODE((project.folder / SECRET_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("names", [["a", "a"], [""], [" a"], ["a\n"], ["x" * 65]])
def test_names_that_cannot_be(project: Project, names: list[str]) -> None:
    with pytest.raises(UsageError):
        open_tokens(project.folder, names)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:8000", "127.0.0.1.evil.example", "", "[::1", "a@127.0.0.1:x"]
)
def test_another_name_of_this_server_is_refused(anna: TestClient, host: str) -> None:
    """A page of somebody else's whose name leads here."""
    assert anna.get("/api/state", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.0.0.1:80"])
def test_this_machine_has_several_names(anna: TestClient, host: str) -> None:
    cookie = f"collection-80={anna.cookies['collection-80']}"
    assert anna.get("/api/state", headers={"host": host, "cookie": cookie}).status_code == 200


def test_beyond_loopback_numbers_are_answered_and_strange_names_are_not(project: Project, keys: Tokens) -> None:
    visitor = TestClient(create_app(project, keys, host="0.0.0.0", port=80), base_url="http://192.0.2.7")
    assert visitor.get("/").status_code == 401
    assert visitor.get("/", params={"token": keys.token("anna")}).status_code == 200
    assert visitor.get("/api/state").status_code == 200
    assert visitor.get("/api/state", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://evil.example", "x-collection": "1"}],
)
def test_writes_come_from_our_page_only(anna: TestClient, headers: dict[str, str]) -> None:
    del anna.headers["x-collection"]
    for path, body in (("events", VOTE), ("undo", None), ("jobs", {"kind": "select"}), ("set", {})):
        assert anna.post(f"/api/{path}", json=body, headers=headers).status_code == 403
    assert anna.delete("/api/views?name=x", headers=headers).status_code == 403
    assert anna.get("/api/state").json()["counts"]["picked"] == 0
    assert anna.post("/api/events", json=VOTE, headers={"origin": "http://127.0.0.1"}).status_code == 200


def test_every_answer_is_guarded(anna: TestClient, visitor: TestClient) -> None:
    for answer in (anna.get("/"), anna.get("/api/state"), visitor.get("/"), anna.get("/no/such/page")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


def test_the_page_holds_no_script_of_its_own_and_escapes_what_it_shows(anna: TestClient) -> None:
    page = anna.get("/").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page
    assert "style=" not in page
    assert " on" not in page.partition("<body")[2].partition(">")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/images/1/256/../../collection.db", "/images/1/full/..%2f..%2fcollection.toml", "/images/..%2f1/full/x",
        "/static/../app.py", "/static/%2e%2e/app.py", "/images/1/512/x", "/images/1/full/0000000000000000",
    ],
)  # fmt: skip
def test_no_path_reaches_the_file_system(anna: TestClient, path: str) -> None:
    assert 400 <= anna.get(path).status_code < 500


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x.example", False)]
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own
