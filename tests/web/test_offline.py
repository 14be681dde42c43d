"""Decisions outlive the server, the tab and the line: none is lost, none is kept twice."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.project import open_project
from collection.store.review_records import Review

Sent = Callable[[Any], None]
Eventually = Callable[[Any, Callable[[], bool]], None]
COUNT = 60
HIDDEN, SHOWN = "#notice[hidden]", "#notice:not([hidden])"


class Room:
    """A review that can be killed and started again under the same address."""

    def __init__(self, folder: Path, begin: Callable[..., tuple[Any, dict[str, str]]]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.folder, self._begin = folder, begin
        self.start()

    def start(self) -> None:
        self._server, self.links = self._begin(self.folder, "anna", "ben", port=self.port)

    def kill(self) -> None:
        self._server.end()

    def events(self) -> list[Review]:
        with open_project(self.folder) as project:
            return project.store.reviews()


@pytest.fixture
def room(many_images: ModuleType, tmp_path: Path, begin_room: Callable[..., Any]) -> Iterator[Room]:
    with many_images.make(tmp_path, COUNT):
        pass
    room = Room(tmp_path, begin_room)
    yield room
    room.kill()


def recorded(page: Any, room: Room, count: int) -> None:
    """Wait until the log holds so many events: a minute, for a slow machine that does other work beside."""
    for _ in range(300):
        if len(room.events()) >= count:
            break
        page.wait_for_timeout(200)
    assert len(room.events()) == count


def flagged(page: Any, number: int, flag: str) -> None:
    page.wait_for_selector(f"#image-{number}[data-flag={flag}]")


@pytest.fixture(name="sent")
def sent_and_said(sent: Callable[[Any], None]) -> Callable[[Any], None]:
    """Waits until nothing waits in the browser, and the page says nothing else."""

    def wait(page: Any) -> None:
        page.wait_for_selector(HIDDEN, state="attached")
        sent(page)

    return wait


def test_votes_cast_while_the_server_is_away_are_kept_and_the_page_catches_up(
    room: Room, sent: Sent, opened: Callable[..., Any]
) -> None:
    page = opened(room.links["anna"])
    page.keyboard.press("p")
    flagged(page, 1, "pick")
    recorded(page, room, 1)
    sent(page)
    room.kill()
    page.wait_for_selector(SHOWN)
    assert "does not answer" in page.text_content("#notice"), "said although nobody did anything"
    for key in "xpx34":
        page.keyboard.press(key)
    page.keyboard.press("Control+z")
    flagged(page, 2, "reject")
    flagged(page, 4, "reject")
    assert page.text_content("#image-6 .badges").count("★") == 0, "its undo shows"
    page.wait_for_selector("#notice:has-text('6 decisions are kept in this browser')")
    with open_project(room.folder) as project:
        from collection.curate.reviews.log import record
        from collection.store.review_records import Decision

        record(project.store, "anna", [Decision("flag", 30, "pick")])
    posts: list[str] = []
    page.on("response", lambda answer: posts.append(answer.url) if answer.request.method == "POST" else None)
    room.start()
    recorded(page, room, 8)
    flagged(page, 30, "pick")
    page.wait_for_selector("#notice", state="hidden")
    found = [(event.kind, event.asset_id, event.value) for event in room.events()]
    assert found == [
        ("flag", 1, "pick"), ("flag", 30, "pick"), ("flag", 2, "reject"), ("flag", 3, "pick"), ("flag", 4, "reject"),
        ("stars", 5, 3), ("stars", 6, 4), ("undo", None, None),
    ]  # fmt: skip
    assert [address.rpartition("/")[2] for address in posts] == ["batch"], "what waited is one request"


def test_a_view_that_was_opened_meanwhile_comes_when_the_server_is_back(room: Room, browser: Any) -> None:
    context = browser.new_context()
    tabs = {}
    for key, shows in {
        "v": ".side img",
        "y": ".family",
        "b": ".tokens img[src]",
        "q": ".row.link, table",
        "d": ".card",
    }.items():
        tabs[key] = context.new_page(), shows
        tabs[key][0].goto(room.links["anna"])
        tabs[key][0].wait_for_selector("#image-1")
    room.kill()
    for key, (page, _) in tabs.items():
        page.keyboard.press(key)
        page.wait_for_selector(SHOWN)
        assert "Nobody knows" not in page.text_content("#view")
    room.start()
    for page, shows in tabs.values():
        page.wait_for_selector(f"#view {shows}")
    context.close()


def test_what_a_closed_tab_left_is_sent_by_the_next(room: Room, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(room.links["anna"])
    page.wait_for_selector("#image-1")
    room.kill()
    page.keyboard.press("p")
    page.keyboard.press("x")
    page.wait_for_selector("#notice:has-text('2 decisions')")
    page.close()
    room.start()
    page = context.new_page()
    page.goto(room.links["anna"])
    page.wait_for_selector("#image-1")
    flagged(page, 2, "reject")
    recorded(page, room, 2)
    assert [(event.asset_id, event.value) for event in room.events()] == [(1, "pick"), (2, "reject")]
    context.close()


def test_an_answer_that_is_lost_does_not_count_twice(
    room: Room, sent: Sent, opened: Callable[..., Any], eventually: Eventually
) -> None:
    page = opened(room.links["anna"])
    lost: list[Any] = []

    def lose(route: Any) -> None:
        if len(lost) < 2:
            lost.append(route.fetch())  # the server keeps it, the page never hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/events", lose)
    page.keyboard.press("p")
    eventually(page, lambda: len(lost) == 2)
    sent(page)
    assert [answer.status for answer in lost] == [200, 200]
    assert len(room.events()) == 1


def test_an_undo_of_what_was_refused_takes_nothing_else_back(
    room: Room, sent: Sent, opened: Callable[..., Any], eventually: Eventually
) -> None:
    page = opened(room.links["anna"])
    page.keyboard.press("p")
    recorded(page, room, 1)
    sent(page)
    held: list[Any] = []
    page.route("**/api/events", lambda route: held.append(route))
    page.keyboard.press("x")
    page.keyboard.press("Control+z")
    eventually(page, lambda: bool(held))
    held[0].fulfill(status=409, json={"error": "full", "hint": ""})
    sent(page)
    flagged(page, 1, "pick")
    assert [event.kind for event in room.events()] == ["flag"]


def test_twelve_tabs_of_one_browser_work(room: Room, browser: Any) -> None:
    context = browser.new_context()
    pages = []
    for _ in range(12):
        page = context.new_page()
        page.goto(room.links["anna"])
        page.wait_for_selector("#image-1")
        pages.append(page)
    for number, page in enumerate(pages, 1):
        page.keyboard.press("p" if number == 1 else f"{number % 5 + 1}")
    recorded(pages[0], room, 12)
    pages[3].keyboard.press("End")
    pages[3].keyboard.press("x")
    for page in (pages[3], pages[0], pages[11]):
        page.bring_to_front()
        page.keyboard.press("End")
        flagged(page, COUNT, "reject")
    context.close()


@pytest.mark.parametrize("kills", [5])
def test_votes_at_a_hundred_a_second_from_three_tabs_while_the_server_dies(
    room: Room, sent: Sent, browser: Any, kills: int
) -> None:
    contexts = {name: browser.new_context() for name in ("anna", "ben")}
    pages = []
    for name in ("anna", "anna", "ben"):
        page = contexts[name].new_page()
        page.goto(room.links[name])
        page.wait_for_selector("#image-1")
        page.evaluate("import(document.querySelector('script[type=module]').src)")
        pages.append((name, page))
    cast = Counter[str]()
    for _ in range(kills):
        for name, page in pages:
            page.evaluate(
                """() => { let left = 20; const timer = setInterval(() => {
                dispatchEvent(new KeyboardEvent('keydown', {key: 'x', code: 'KeyX'}));
                if (!--left) clearInterval(timer); }, 10) }"""
            )
            cast[name] += 20
        pages[0][1].wait_for_timeout(80)
        room.kill()
        pages[0][1].wait_for_timeout(250)
        room.start()
    recorded(pages[0][1], room, cast.total())
    for _, page in pages:
        sent(page)
    assert Counter(event.curator for event in room.events()) == cast
    for context in contexts.values():
        context.close()


def test_another_name_in_the_same_browser_is_not_voted_under(room: Room, browser: Any) -> None:
    context = browser.new_context()
    anna, ben = context.new_page(), context.new_page()
    anna.goto(room.links["anna"])
    anna.wait_for_selector("#image-1")
    assert anna.text_content("#bar .you") == "anna"
    ben.goto(room.links["ben"])
    ben.wait_for_selector("#image-1")
    anna.bring_to_front()
    anna.keyboard.press("x")
    anna.wait_for_selector("#notice:has-text('opened by anna')")
    assert not room.events()
    again = context.new_page()
    again.goto(room.links["anna"])
    again.wait_for_selector("#image-1")
    anna.bring_to_front()
    recorded(anna, room, 1)
    assert [(event.curator, event.value) for event in room.events()] == [("anna", "reject")]
    context.close()


def test_a_link_that_no_longer_holds_shows_a_page_for_people(room: Room, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(room.links["ben"])
    page.wait_for_selector("#image-1")
    owner = browser.new_context()
    people = owner.new_page()
    people.goto(room.links["anna"] + "&view=people")
    people.click("[data-link=ben] button:has-text('Revoke')")
    people.click("dialog button.strong")
    people.wait_for_selector("[data-link=ben]", state="detached")
    page.keyboard.press("p")
    page.wait_for_selector("#notice:has-text('no longer opens')")
    page.goto(room.links["ben"])
    assert page.text_content("h1") == "This browser has no access"
    assert not room.events()
    people.fill("[data-add] input", "ben")
    people.select_option("[data-add] select", "voter")
    people.click("[data-add] button")
    link = people.wait_for_selector("[data-link=ben] input").input_value()
    assert link != room.links["ben"]
    page.goto(link)
    page.wait_for_selector("#image-1")
    recorded(page, room, 1)
    assert [(event.curator, event.value) for event in room.events()] == [("ben", "pick")], "it waited in the browser"
    context.close()
    owner.close()
