"""Whatever comes in, the answer is never a failure of the server's own."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

from collection.errors import ConflictError
from collection.web.access import Tokens

EXAMPLES = 12
"""Of each operation, by each way of making them."""


@pytest.fixture
def busy(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """A review in which a job is at work already, so that no valid request begins one."""

    def refuse(*_: object) -> None:
        raise ConflictError("a job is at work")

    monkeypatch.setattr(app.state.review.jobs, "start", refuse)
    return app


def test_no_input_breaks_any_route(busy: FastAPI, anna: TestClient) -> None:
    headers = {"x-collection": "1", "cookie": f"collection-80={anna.cookies['collection-80']}", "host": "127.0.0.1"}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", busy, headers=headers)
    schema.config.generation.update(modes=list(GenerationMode))
    tried = set()
    for operation in schema.get_all_operations():
        found = operation.ok()
        if found.path == "/api/stream":
            continue  # endless by intention

        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None,
            phases=[Phase.generate],
        )  # fmt: skip
        @given(found.as_strategy())
        def answers(case: Any) -> None:
            tried.add((case.method, case.path))
            answer = case.call(headers=headers)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()) == {"error", "hint"}, case.as_curl_command()

        answers()
    assert len(tried) == len(list(schema.get_all_operations())) - 1


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.text(alphabet=st.sampled_from('aq:<>="\\ %~-1é\x00,is()'), max_size=30))
def test_any_query_is_answered(anna: TestClient, text: str) -> None:
    for path, params in (("ids", {"q": text}), ("histogram", {"field": text, "q": text}), ("assets", {"ids": text})):
        assert anna.get(f"/api/{path}", params=params).status_code in (200, 400, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[" * 50_000, b'{"a":' * 20_000, b'{"decisions":' + b"[" * 1000 + b"]" * 1000 + b"}", b"\xff\xfe",
        b"NaN", b'{"decisions": [{"kind": "stars", "asset": 1, "value": ' + b"9" * 5000 + b"}]}",
        b'{"decisions": [{"kind": "flag", "asset": 1, "value": "\\ud800"}]}', b" " * 3_000_000,
    ],
    ids=range(10),
)  # fmt: skip
def test_bodies_that_are_no_decisions(anna: TestClient, body: bytes) -> None:
    answer = anna.post("/api/events", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.status_code == 413 or set(answer.json()) == {"error", "hint"}


def test_cookies_and_headers_of_any_bytes(visitor: TestClient, keys: Tokens) -> None:
    for cookie in (b"\xff", b"=;=;", b"collection-80", b"collection-80=\xe9", b"collection-80=" + b"a" * 10_000):
        assert visitor.get("/api/state", headers={b"cookie": cookie}).status_code == 401
