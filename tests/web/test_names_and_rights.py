"""The page says who decides, offers what the role may, and the log says what was in sight: in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.curate.reviews.log import record
from collection.project import open_project
from collection.store.review_records import Decision, Review

COUNT = 24
Opened = Callable[..., Any]
Sent = Callable[[Any], None]


@pytest.fixture(scope="module")
def folder(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 images, of which ben rejected every one."""
    folder = tmp_path_factory.mktemp("rights")
    with many_images.make(folder, COUNT) as project:
        record(project.store, "ben", [Decision("flag", number, "reject") for number in range(1, COUNT + 1)])
    return folder


@pytest.fixture(scope="module")
def at(folder: Path, serving: Callable[..., dict[str, str]]) -> Iterator[dict[str, str]]:
    return serving(folder, "anna", "ben", "cleo", "dora", "jury:voter", "client:viewer")


def events(folder: Path, curator: str) -> list[Review]:
    with open_project(folder) as project:
        return project.store.reviews(curator=curator)


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


def offered(page: Any) -> set[str]:
    """What the bar below offers to do."""
    names = page.eval_on_selector_all(
        "#decide [data-action]", "all => all.filter(one => one.checkVisibility()).map(one => one.dataset.action)"
    )
    return set(names)


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_the_bar_shows_who_votes_at_every_width(at: dict[str, str], opened: Opened, size: tuple[int, int]) -> None:
    page = opened(at["cleo"], *size, touch=size[0] < 500)
    assert page.is_visible("#bar .you")
    assert page.inner_text("#bar .you") == "cleo"


def test_a_voter_votes_and_nothing_else(folder: Path, at: dict[str, str], opened: Opened, sent: Sent) -> None:
    page = opened(at["jury"] + "&at=3&view=loupe")
    page.wait_for_selector(".marks:has-text('0003')")
    assert {"pick", "reject", "stars3", "red"} <= offered(page)
    assert not {"lock", "tag"} & offered(page)
    tabs = set(page.eval_on_selector_all("[data-view-tab]", "all => all.map(one => one.dataset.viewTab)"))
    assert not {"set", "people", "jobs"} & tabs
    assert page.locator(".export").count() == 0
    page.keyboard.press("a")  # stay on it
    page.keyboard.press("i")
    page.keyboard.press("l")
    status(page, "your link is for voting only")
    page.keyboard.press("p")
    status(page, "picked 0003")
    sent(page)
    page.wait_for_selector("#facts h2:has-text('0003')")
    assert "ben" not in page.inner_text("#facts"), "a jury stays blind"
    assert [(event.kind, event.asset_id, event.value) for event in events(folder, "jury")] == [("flag", 3, "pick")]


def test_a_viewer_looks_and_nothing_else(folder: Path, at: dict[str, str], opened: Opened) -> None:
    page = opened(at["client"] + "&at=3&view=loupe")
    page.wait_for_selector(".marks:has-text('0003')")
    assert offered(page) == set()
    for key in "px3l":
        page.keyboard.press(key)
        status(page, "your link is for looking only")
        page.evaluate("document.getElementById('status').textContent = ''")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".marks:has-text('0004')")
    assert events(folder, "client") == []


def test_others_in_sight_once_are_in_sight_for_good(
    folder: Path, at: dict[str, str], opened: Opened, sent: Sent
) -> None:
    """Three keys, by which a blind vote could be made up: decide, read, undo, decide anew."""
    page = opened(at["cleo"] + "&at=5")
    page.wait_for_selector("#image-5.cursor")
    page.keyboard.press("i")
    page.wait_for_selector("#facts :text('What others say shows')")
    page.keyboard.press("a")
    page.keyboard.press("p")
    page.wait_for_selector("#facts :text('ben: reject')")
    page.keyboard.press("Control+z")
    status(page, "undone: 0005")
    page.keyboard.press("x")
    status(page, "rejected 0005")
    sent(page)
    flags = [event for event in events(folder, "cleo") if event.kind == "flag"]
    assert [(event.value, event.seen["others"]) for event in flags] == [("pick", False), ("reject", True)]


def test_the_log_says_whether_scores_were_shown(folder: Path, at: dict[str, str], opened: Opened, sent: Sent) -> None:
    page = opened(at["dora"] + "&at=7")
    page.wait_for_selector("#image-7 .badges:text-matches('[0-9]')")
    page.keyboard.press("o")
    status(page, "scores are hidden")
    page.reload()
    page.wait_for_selector("#image-7.cursor")
    page.wait_for_function("() => document.querySelector('#image-7 img').src")
    page.keyboard.press("p")
    page.keyboard.press("o")
    page.wait_for_selector("#image-8 .badges:text-matches('[0-9]')")
    page.keyboard.press("x")
    status(page, "rejected 0008")
    sent(page)
    told = {event.asset_id: (event.seen["scores"], event.seen["view"]) for event in events(folder, "dora")}
    assert told == {7: (False, "grid"), 8: (True, "grid")}
