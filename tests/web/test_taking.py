"""What curators asked for: colours and copies of an image, the full screen, other keys, bars that are one stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

Opened = Callable[..., Any]


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


def test_the_colours_of_an_image(anna: TestClient) -> None:
    found = anna.get("/api/assets/3/colours").json()
    shade = bytes.fromhex(found["palette"][0]["colour"].removeprefix("#"))
    assert all(abs(channel - 60) < 4 for channel in shade), "small copies are compressed"
    for channel in ("red", "green", "blue"):
        counts = found["histogram"][channel]
        assert len(counts) == 64
        assert abs(counts.index(max(counts)) - 60 // 4) <= 1
    assert anna.get("/api/assets/99/colours").status_code == 404


def test_copies_colours_and_the_full_screen(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"] + "&at=8&view=loupe")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("i")
    page.click("[data-copy=seed]")
    status(page, "copied the seed")
    assert page.evaluate("navigator.clipboard.readText()") == "7"
    page.click("[data-copy=recipe]")
    status(page, "copied the recipe")
    assert page.evaluate("navigator.clipboard.readText().then(JSON.parse)")["seed"] == 7
    page.click(".colours-of summary")
    page.wait_for_selector(".curves path.red")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+F")
    page.wait_for_function("() => document.fullscreenElement && !document.querySelector('#bar').checkVisibility()")
    page.keyboard.press("Shift+F")
    page.wait_for_selector("#bar", state="visible")


def test_keys_of_lightroom_at_once_and_back(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"] + "&view=help")
    page.select_option("#preset", "Lightroom Classic")
    status(page, "keys: Lightroom Classic")
    taken = page.eval_on_selector_all("[data-binding] kbd", "all => all.map(one => one.textContent)")
    assert len(taken) == len(set(taken)), "no key means two things"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.wait_for_selector("#view[data-view=grid]")
    page.keyboard.press("Control+b")
    page.wait_for_selector("#view[data-view=set]")
    page.keyboard.press("?")
    page.select_option("#preset", "The room's own")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("b")
    page.wait_for_selector("#view[data-view=set]")


def test_a_bar_is_one_stop_and_the_mouse_leaves_the_keys_to_the_pictures(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["ben"] + "&at=60")
    page.wait_for_selector("#image-60.cursor")
    stops = "place => document.querySelectorAll(`${place} button[tabindex='0']`).length"
    assert [page.evaluate(stops, place) for place in (".tabs", ".tools", "#decide")] == [1, 1, 1]
    page.focus("#decide [data-action=reject]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.action") == "unflag"
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.action") == "reject"
    assert page.locator("#image-60.cursor").count() == 1
    page.evaluate("document.activeElement.blur()")
    page.click("#decide [data-action=stars3]")
    page.wait_for_selector("#image-61.cursor")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#image-62.cursor")
