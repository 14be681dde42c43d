"""Text goes where the eye is: what is typed into a field becomes text, whatever the network does meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

NOTE = "x-ray sky is too pale"


Events = Callable[[Any], list[tuple[str, Any]]]
Hold = Callable[[Any, str], Callable[[], None]]


@pytest.fixture
def events(sent: Callable[[Any], None]) -> Events:
    """(kind, value) of every event of the log, once the server has all that was decided on a page."""

    def read(page: Any) -> list[tuple[str, Any]]:
        sent(page)
        lines = page.request.get(f"{page.url.split('/?')[0].rstrip('/')}/api/audit").text().splitlines()
        found = [json.loads(line) for line in lines]
        return [(line["kind"], line.get("value")) for line in found if "kind" in line]

    return read


@pytest.mark.parametrize("view", ["grid", "loupe", "compare", "survey"])
def test_a_note_is_text_from_its_first_letter_and_on_the_image_it_was_begun_on(
    links: dict[str, str], opened: Callable[..., Any], events: Events, hold: Hold, view: str
) -> None:
    page = opened(links["anna"] + f"&at=60&view={view}")
    before, at = events(page), page.text_content("#decide .target")[:4]
    release = hold(page, "**/api/assets/*")
    note = f"{NOTE} in the {view}"  # the notes of the views before stand there too
    page.keyboard.press("t")
    page.keyboard.type(note)
    assert page.input_value("textarea[data-note]") == note
    assert page.text_content("#facts .note h3") == f"Notes on {at}"
    release()
    page.wait_for_selector(f"#facts .heading h2:text-is('{at}')")
    assert page.input_value("textarea[data-note]") == note, "the answer leaves what was typed"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert events(page) == before, "no letter was a command"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"#facts .note li:has-text('anna: {note}')")
    assert events(page) == [*before, ("note", note)]
    assert page.input_value("textarea[data-note]") == ""


def test_a_note_that_the_server_refuses_is_still_there(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&at=61")
    page.route("**/api/events*", lambda route: route.fulfill(status=409, json={"error": "full", "hint": ""}))
    page.keyboard.press("t")
    page.keyboard.type("kept")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#status[data-tone=wrong]")
    assert page.input_value("textarea[data-note]") == "kept"


def test_a_note_goes_to_all_that_are_selected(
    links: dict[str, str], opened: Callable[..., Any], events: Events
) -> None:
    page = opened(links["anna"])
    page.click("#image-3")
    page.click("#image-5", modifiers=["Shift"])
    page.keyboard.press("t")
    page.keyboard.type("all three")
    assert page.text_content("#facts .note h3") == "Note on 3 images"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#status:text-is('noted on 3 images')")
    assert events(page)[-3:] == [("note", "all three")] * 3


def test_an_answer_neither_overwrites_nor_leaves_the_query_that_is_being_typed(
    links: dict[str, str], opened: Callable[..., Any], events: Events, hold: Hold
) -> None:
    page = opened(links["anna"] + "&at=62")
    before = events(page)
    release = hold(page, "**/api/ids*")
    page.keyboard.press("/")
    page.keyboard.type("quality>10")
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("is:unreviewed xu")
    release()
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'quality>10'")
    page.wait_for_function("() => document.querySelector('#view').ariaBusy !== 'true'")
    page.keyboard.type("y")
    assert page.input_value("#query") == "is:unreviewed xuy"
    assert page.get_attribute("#view", "data-view") == "grid"
    assert events(page) == before
    page.keyboard.press("Escape")
    assert page.input_value("#query") == "quality>10"


def test_a_wrong_query_is_there_to_be_mended(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    page.keyboard.press("/")
    page.keyboard.type("qualty>10")
    page.keyboard.press("Enter")
    page.wait_for_selector("#refused:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "query"


def test_what_was_typed_about_a_job_stays_when_the_images_change(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    page = opened(links["anna"])
    page.click("#image-3")
    page.click("#image-4", modifiers=["Shift"])
    page.keyboard.press("j")
    page.fill("input[name=children]", "9")
    page.fill("#query", "quality>50")
    page.press("#query", "Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'quality>50'")
    page.wait_for_selector(".counts:has-text('of 120')")
    assert page.input_value("input[name=children]") == "9"


def test_single_characters_can_be_switched_off(
    links: dict[str, str], opened: Callable[..., Any], events: Events
) -> None:
    page = opened(links["anna"] + "&view=help")
    page.uncheck("#letters")
    page.reload()
    page.wait_for_selector("#view[data-view]")
    page.click("[data-view-tab=grid]")
    before = events(page)
    for key in ("p", "x", "5", "Shift+P", "/", "?", "+", " "):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#view", "data-view") == "grid"
    assert page.evaluate("document.activeElement.id") != "query"
    assert events(page) == before
    assert page.get_attribute("#decide [data-action=pick]", "title") == "Pick"
    page.click("[data-view-tab=help]")
    page.check("#letters")
    assert "P" in page.text_content("[data-binding=pick]")
