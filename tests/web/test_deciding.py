"""Tokens and buttons that decide, in a real browser, on a server of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

KEYS = [
    ("p", "flag", "pick"), ("x", "flag", "reject"), *[(str(n), "stars", n) for n in range(1, 6)],
    ("6", "colour", "red"), ("7", "colour", "yellow"), ("8", "colour", "green"), ("9", "colour", "blue"),
    ("l", "locked", True),
]  # fmt: skip
BACK = {"flag": ("u", "none"), "stars": ("0", 0), "colour": (None, "none"), "locked": ("l", False)}


def told(page: Any, number: int) -> dict[str, Any]:
    """How the server says that an image stands with whoever looks at the page."""
    answer: dict[str, Any] = page.request.get(f"{page.url.split('/?')[0].rstrip('/')}/api/assets?ids={number}").json()
    (asset,) = answer["assets"]
    return {**asset["you"], "others": asset["others"]}


def settled(page: Any, number: int, kind: str, value: object) -> None:
    """Wait until the tile shows it; then the server must say it too."""
    page.wait_for_function(
        "([number, kind, value]) => document.getElementById(`image-${number}`)?.dataset[kind] === String(value)"
        if kind in ("flag", "colour", "locked")
        else "([number, kind, value]) => (document.getElementById(`image-${number}`)?.textContent.match(/★/g) ?? [])"
        ".length === value",
        arg=[number, kind, value],
    )
    for _ in range(600):
        if told(page, number)[kind] == value:
            return
        page.wait_for_timeout(100)
    assert told(page, number)[kind] == value


def led(page: Any, number: int) -> None:
    """Wait until the cursor is there."""
    page.wait_for_selector(f".virtual-grid .tile.cursor[data-id='{number}']")


def cursor(page: Any) -> int:
    return int(page.get_attribute(".virtual-grid .tile.cursor", "data-id"))


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


@pytest.mark.parametrize("by", ["key", "button"])
def test_every_decision(links: dict[str, str], opened: Callable[..., Any], by: str) -> None:
    page = opened(links["anna"] + "&at=5")
    page.keyboard.press("a")  # stay on the image

    def do(key: str) -> None:
        if by == "key":
            page.keyboard.press(key)
        else:
            page.click(f"#decide [data-action='{ACTION[key]}']")

    for key, kind, value in KEYS:
        do(key)
        settled(page, 5, kind, value)
        back, nothing = BACK[kind]
        do(back or key)
        settled(page, 5, kind, nothing)
    assert cursor(page) == 5


ACTION = {
    "p": "pick", "x": "reject", "u": "unflag", "l": "lock", **{str(n): f"stars{n}" for n in range(6)},
    "6": "red", "7": "yellow", "8": "green", "9": "blue",
}  # fmt: skip


def test_the_next_one_after_deciding_unless_it_is_switched_off(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    page = opened(links["anna"] + "&at=20")
    page.keyboard.press("p")
    assert cursor(page) == 21
    page.keyboard.press("u")
    assert cursor(page) == 21
    page.keyboard.press("4")
    assert cursor(page) == 22
    page.click("#bar [data-action='advance']")
    assert page.get_attribute("#bar [data-action='advance']", "aria-pressed") == "false"
    page.keyboard.press("x")
    assert cursor(page) == 22
    settled(page, 22, "flag", "reject")
    for _ in range(4):
        page.keyboard.press("Control+z")
    settled(page, 20, "flag", "none")


def test_undo_and_redo_go_back_many_steps_and_to_the_image(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["ben"] + "&at=30")
    for key in ("p", "x", "3"):
        page.keyboard.press(key)
    settled(page, 32, "stars", 3)
    page.keyboard.press("Control+z")
    settled(page, 32, "stars", 0)
    page.keyboard.press("Control+z")
    settled(page, 31, "flag", "none")
    led(page, 31)
    page.keyboard.press("Control+z")
    settled(page, 30, "flag", "none")
    page.keyboard.press("Control+Shift+z")
    settled(page, 30, "flag", "pick")
    page.reload()
    page.wait_for_selector(".tile.cursor")
    page.keyboard.press("Control+y")
    settled(page, 31, "flag", "reject")
    for _ in range(2):
        page.keyboard.press("Control+z")
    settled(page, 30, "flag", "none")
    page.keyboard.press("Control+z")
    status(page, "nothing to undo")


def test_all_in_view_after_a_question_and_one_undo(
    links: dict[str, str], opened: Callable[..., Any], eventually: Callable[[Any, Callable[[], bool]], None]
) -> None:
    page = opened(links["ben"])
    page.keyboard.press("Control+a")
    assert page.text_content("#decide .target") == "120 images selected"
    page.keyboard.press("x")
    assert page.text_content("dialog h2") == "Reject 120 images?"
    page.click("dialog button:has-text('Cancel')")
    assert told(page, 1)["flag"] == "none"
    held: list[Any] = []
    page.route("**/api/events", lambda route: held.append(route) if not held else route.continue_())
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view[aria-busy=true]")
    eventually(page, lambda: bool(held))
    held[0].continue_()
    status(page, "rejected 120 images")
    page.wait_for_selector("#view[aria-busy=false]")
    assert "left" not in page.text_content("#status"), "not all of them are known to the page"
    page.wait_for_selector(".counts:has-text('120 rejected')")
    assert [told(page, number)["flag"] for number in (1, 120)] == ["reject", "reject"]
    page.keyboard.press("Control+z")
    status(page, "undone: 120 images")
    assert [told(page, number)["flag"] for number in (1, 120)] == ["none", "none"]
    page.keyboard.press("Escape")
    assert page.text_content("#decide .target") == "0001 · 1 of 120"


def test_selecting_by_mouse_and_keys(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])

    def selected() -> list[int]:
        found: list[int] = page.eval_on_selector_all(
            ".virtual-grid .tile[aria-selected=true]:not([hidden])", "all => all.map(one => Number(one.dataset.id))"
        )
        return sorted(found)

    page.click("#image-3")
    page.click("#image-6", modifiers=["Shift"])
    assert selected() == [3, 4, 5, 6]
    page.click("#image-5", modifiers=["Control"])
    page.click("#image-9", modifiers=["Control"])
    assert selected() == [3, 4, 6, 9]
    page.click("#image-2")
    assert (selected(), cursor(page)) == ([], 2)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert selected() == [2, 3, 4]
    page.keyboard.press("s")
    assert selected() == [2, 3]
    page.keyboard.press("p")
    status(page, "picked 2 images")
    assert [told(page, number)["flag"] for number in (2, 3, 4)] == ["pick", "pick", "none"]
    page.keyboard.press("Control+z")
    status(page, "undone: 2 images")


def test_what_the_server_refuses_is_taken_back_in_sight(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&at=40")
    page.route(
        "**/api/events", lambda route: route.fulfill(status=409, json={"error": "the disk is full", "hint": "x"})
    )
    page.keyboard.press("p")
    status(page, "the disk is full. x")
    page.wait_for_selector("#image-40[data-flag=none]")
    assert told(page, 40)["flag"] == "none"


def test_others_votes_show_once_you_have_voted_and_arrive_by_themselves(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    anna, ben = opened(links["anna"] + "&at=50&view=loupe"), opened(links["ben"] + "&at=50")
    ben.keyboard.press("x")
    settled(ben, 50, "flag", "reject")
    anna.keyboard.press("i")
    anna.wait_for_selector("#facts :text('What others say shows')")
    assert "reject" not in anna.text_content("#facts")
    anna.keyboard.press("a")
    anna.keyboard.press("p")
    anna.wait_for_selector("#facts :text('ben: reject')")
    ben.keyboard.press("Control+z")
    anna.wait_for_selector("#facts :text('nobody yet')")
    anna.keyboard.press("Control+z")
    status(anna, "undone: 0050")
