"""Tags, and rejecting with a reason in one key: in a real browser, and over the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


def test_a_reason_in_one_key_tags_without_a_key_lost_and_both_in_queries(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    page = opened(links["anna"] + "&at=91")
    page.wait_for_selector("#image-91")
    page.keyboard.press("Shift+Digit1")
    status(page, "rejected for blurred: 0091")
    page.wait_for_selector("#image-92.cursor")
    page.keyboard.press("k")
    page.keyboard.type("x-ray pu, quays")  # every letter is a key elsewhere
    page.keyboard.press("Enter")
    status(page, "tagged: x-ray pu, quays")
    assert page.input_value("[aria-label=Tags]") == ""
    page.keyboard.press("Escape")
    page.fill("#query", "tag:quays or reason:blurred")
    page.press("#query", "Enter")
    page.wait_for_selector(".counts:has-text('2 of 120')")
    assert page.get_attribute("#image-91", "aria-label").startswith("0091, rejected, for blurred")
    assert page.get_attribute("#image-92", "data-flag") == "none"
    page.click("[aria-label='Take the tag quays off']")
    status(page, "took the tag off: quays")
    page.keyboard.press("r")
    page.wait_for_selector(".counts:has-text('1 of 120')")
    page.click("#image-91")
    page.keyboard.press("p")
    status(page, "picked 0091")
    page.fill("#query", "reason:*")
    page.press("#query", "Enter")
    page.wait_for_selector("#view:has-text('No image is like that')")


def test_the_filters_count_tags_and_others_tags_show_after_the_own_vote(anna: TestClient, bob: TestClient) -> None:
    def say(client: TestClient, *decisions: tuple[str, int, Any]) -> int:
        said = [{"kind": kind, "asset": number, "value": value} for kind, number, value in decisions]
        return client.post("/api/events", json={"decisions": said}).status_code

    assert say(bob, ("tag", 1, "quay"), ("tag", 2, "quay")) == 200
    (one,) = anna.get("/api/assets", params={"ids": "1"}).json()["assets"]
    assert (one["you"]["tags"], one["others"]) == ([], None)
    assert anna.get("/api/ids", params={"q": "tag:quay"}).json()["ids"] == anna.get("/api/state").json()["tags"] == []
    assert say(anna, ("flag", 1, "pick")) == 200
    (one,) = anna.get("/api/assets", params={"ids": "1"}).json()["assets"]
    assert one["others"]["tags"] == {"bob": ["quay"]}
    assert anna.get("/api/histogram", params={"field": "tag"}).json()["counts"] == [1]
    assert say(anna, ("untag", 1, "quay")) == 200, "the owner takes any tag off"
    assert say(anna, ("tag", 3, "dusk"), ("flag", 3, "pick")) == say(bob, ("flag", 3, "pick")) == 200
    assert say(bob, ("untag", 3, "dusk")) == 403
    assert bob.get("/api/ids", params={"q": "tag:*"}).json()["ids"] == [2, 3]
