"""The ranking of comparisons, learned preferences with their held-out accuracy, and the images to ask about."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from collection.curate.reviews.log import record
from collection.judge.pixels.colour import COLOUR
from collection.project import Project
from collection.store.judging_records import Embedding
from collection.store.review_records import Decision


def answer(client: TestClient, *pairs: tuple[int, int]) -> None:
    said = [{"kind": "pair", "asset": winner, "other": loser, "value": "left"} for winner, loser in pairs]
    assert client.post("/api/events", json={"decisions": said}).status_code == 200


def test_the_ranking_is_ones_own_until_others_may_be_seen(anna: TestClient, bob: TestClient) -> None:
    assert anna.get("/api/ranking").json() == {"of": "you", "images": [], "answers": 0}
    answer(bob, (3, 4), (3, 5), (4, 5))
    found = bob.get("/api/ranking").json()
    assert [image["id"] for image in found["images"]] == [3, 4, 5]
    assert [(image["won"], image["asked"]) for image in found["images"]] == [(2, 2), (1, 2), (0, 2)]
    assert all(low < image["strength"] < high for image in found["images"] for low, high in [image["interval"]])
    answer(anna, (5, 3))
    assert [image["id"] for image in anna.get("/api/ranking").json()["images"]] == [5, 3]
    refused = bob.get("/api/ranking", params={"of": "everybody"})
    assert (refused.status_code, refused.json()["blind"]) == (409, True)
    bob.post("/api/sight")
    both = bob.get("/api/ranking", params={"of": "everybody"}).json()
    assert (both["answers"], {image["id"] for image in both["images"]}) == (4, {3, 4, 5})


def test_answers_are_counted_before_they_sort(anna: TestClient) -> None:
    answer(anna, (2, 1), (2, 3), (2, 5))
    assert anna.get("/api/ids", params={"q": "sort:-votes id:1-3"}).json()["ids"][0] == 2


def test_what_is_learned_and_whom_to_ask(anna: TestClient, project: Project) -> None:
    colours = np.random.default_rng(3).normal(size=(12, 14)).astype(np.float32)
    files = [asset.file_sha256 for asset in project.store.assets()]
    project.store.add_judgements(
        embeddings=[Embedding(sha256, COLOUR, row) for sha256, row in zip(files, colours, strict=True)]
    )
    refused = anna.get("/api/doubtful")
    assert (refused.status_code, "has voted" in refused.json()["error"]) == (409, True)
    for number, value in ((1, "pick"), (2, "reject"), (3, "pick"), (4, "reject")):
        anna.post("/api/events", json={"decisions": [{"kind": "flag", "asset": number, "value": value}]})
    found = anna.get("/api/doubtful", params={"count": 3}).json()["ids"]
    assert len(set(found)) == 3
    assert not set(found) & {1, 2, 3, 4, 12}, "neither what has a vote, nor near-duplicates"
    assert anna.get("/api/preferences").json() == {"preferences": []}


def test_the_ranking_can_be_looked_at(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&view=duel")
    page.wait_for_selector(".side img")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".question:has-text('1 answer of yours')")
    page.click("button:has-text('Ranking')")
    page.wait_for_selector(".card:has-text('won 1 of 1')")
    assert page.locator(".card").count() == 2
    page.click("button:has-text('Back to the question')")
    page.wait_for_selector(".side img")
    page.keyboard.press("q")
    page.wait_for_selector("section:has-text('What votes taught') button:has-text('Ask me about the doubtful ones')")


def test_taste_is_learnt_from_the_page_and_asks_about_the_doubtful(
    many_images: ModuleType, tmp_path: Path, begin_room: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    with many_images.make(tmp_path, 60) as project:
        flags = [Decision("flag", number, "pick" if number % 2 else "reject") for number in range(1, 41)]
        record(project.store, "anna", flags)
        colours = np.random.default_rng(3).normal(size=(60, 14)).astype(np.float32)
        colours[::2, 0] += 4  # what was picked is told by it
        files = [asset.file_sha256 for asset in project.store.assets()]
        vectors = [Embedding(sha256, COLOUR, row) for sha256, row in zip(files, colours, strict=True)]
        project.store.add_judgements(embeddings=vectors)
    server, links = begin_room(tmp_path, "anna")
    page = opened(links["anna"] + "&view=people")
    page.click("button:has-text('Learn from all votes')")
    told = page.wait_for_selector(".agreed:has-text('that it had not seen')", timeout=120_000).inner_text()
    assert re.search(r"right on \d+ % \(\d+ % to \d+ %\) of \d+ votes that it had not seen; 40 votes in all", told)
    page.click("button:has-text('Ask me about the doubtful ones')")
    page.wait_for_selector("#view[data-view=loupe]")
    page.wait_for_function("() => /^id:.* is:unreviewed$/.test(document.querySelector('#query').value)")
    asked = {int(number) for number in page.input_value("#query").split(" ")[0].removeprefix("id:").split(",")}
    assert asked
    assert asked <= set(range(41, 61)), "none that has a vote"
    server.end()
