"""The outbox of the page without a page: what waits goes together, and each learns what came of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

EVENTS, BATCH = "/api/events", "/api/batch"


@pytest.fixture
def play(repository: Path, missing: Callable[[str], NoReturn]) -> Callable[[str], dict[str, Any]]:
    """Plays a scene of outbox.mjs: the answers by decision, and each request with its decisions and its size."""
    node = shutil.which("node") or missing("no node")
    script = repository / "collection" / "web" / "static" / "core" / "outbox.js"

    def run(scene: str) -> dict[str, Any]:
        words = [node, "--no-warnings", str(Path(__file__).with_name("outbox.mjs")), script.as_uri(), scene]
        told: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, check=True, timeout=60).stdout)
        assert told["left"] == 0
        return told

    return run


def test_what_came_meanwhile_is_one_request_and_one_refusal_is_one(play: Callable[[str], dict[str, Any]]) -> None:
    told = play("refused")
    assert [post[:2] for post in told["posts"]] == [[EVENTS, 1], [BATCH, 5]]
    assert told["answers"] == [0, 1, 2, "full", 4, 5]


def test_a_batch_that_is_refused_whole_is_sent_one_by_one(play: Callable[[str], dict[str, Any]]) -> None:
    told = play("broken")
    assert [post[:2] for post in told["posts"]] == [[EVENTS, 1], [BATCH, 5], *[[EVENTS, 1]] * 5]
    assert told["answers"] == [0, 1, 2, 3, 4, 5]


def test_what_got_no_answer_is_sent_again_in_its_order(play: Callable[[str], dict[str, Any]]) -> None:
    told = play("away")
    assert [post[:2] for post in told["posts"]] == [[EVENTS, 1], [BATCH, 6], [BATCH, 6], [BATCH, 6]]
    assert told["answers"] == [0, 1, 2, "full", 4, 5]


def test_a_proxy_before_a_server_that_is_away_loses_nothing(play: Callable[[str], dict[str, Any]]) -> None:
    told = play("proxy")
    assert [post[:2] for post in told["posts"]] == [[EVENTS, 1], [BATCH, 6], [BATCH, 6], [BATCH, 6]]
    assert (told["answers"], told["kept"]) == ([0, 1, 2, "full", 4, 5], 0)


def test_where_the_server_fails_again_and_again_the_others_go_on_and_it_is_kept(
    play: Callable[[str], dict[str, Any]],
) -> None:
    told = play("mistake")
    assert told["answers"] == [0, 1, 2, "broken", 4, 5]
    assert [post[:2] for post in told["posts"]] == [[EVENTS, 1], [BATCH, 5], *[[EVENTS, 1]] * (2 + 6 + 2)]
    assert told["kept"] == 1, "the next page that is loaded sends it again"


@pytest.mark.parametrize(("letters", "requests"), [("long", 10), ("wide", 20)])
def test_a_request_of_many_is_small_enough_to_outlive_the_page(
    play: Callable[[str], dict[str, Any]], letters: str, requests: int
) -> None:
    told = play(letters)
    assert sum(count for _, count, _ in told["posts"]) == len(told["answers"]) == 400
    assert len(told["posts"]) < requests
    assert max(size for _, _, size in told["posts"]) < 30_000, "bytes"
