"""The grid, the loupe, comparing, surveying and the sheet of keys, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VIEWS = {"grid": ".tile img[src]", "loupe": ".pane img[src]", "compare": ".pane img[src]", "survey": ".survey img[src]",
         "help": ".binding"}  # fmt: skip


def cursor(page: Any) -> int:
    return int(page.evaluate("Number(new URLSearchParams(location.search).get('at'))"))


def at(page: Any, number: int) -> None:
    """Wait until the cursor is there; the address follows it."""
    page.wait_for_function("n => Number(new URLSearchParams(location.search).get('at')) === n", arg=number)


def zooms(page: Any) -> list[str]:
    return page.eval_on_selector_all(".pane img", "all => all.map(one => one.style.transform)")


def test_every_view_at_every_size(links: dict[str, str], walked: Callable[[str], Any], subtests: Any) -> None:
    walk = walked(links["anna"] + "&at=7")
    for view, sign in VIEWS.items():
        with subtests.test(view):
            walk.show(view, sign)
            walk.fits()


def test_keys_lead_to_every_view_and_the_browser_goes_back(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&at=12")
    for key, view in {"e": "loupe", "c": "compare", "n": "survey", "?": "help", "g": "grid"}.items():
        page.keyboard.press(key)
        page.wait_for_selector(f"#view[data-view={view}]")
    page.go_back()
    page.wait_for_selector("#view[data-view=help]")
    page.go_back()
    page.wait_for_selector("#view[data-view=survey]")
    page.go_forward()
    page.wait_for_selector("#view[data-view=help]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#view[data-view=grid]")


def test_only_what_is_in_sight_is_in_the_document(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    shown = "document.querySelectorAll('.virtual-grid .tile:not([hidden])').length"
    assert 0 < page.evaluate(shown) < 80
    page.keyboard.press("End")
    at(page, 120)
    box = page.locator("#image-120").bounding_box()
    assert box and 0 < box["y"] < 900
    assert page.locator("#image-1").count() == 0
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    at(page, 1)
    before = page.locator("#image-1").bounding_box()["width"]
    page.keyboard.press("+")
    assert page.locator("#image-1").bounding_box()["width"] > before
    page.keyboard.press("PageDown")
    page.wait_for_function("() => Number(document.querySelector('.tile.cursor').dataset.id) > 6")


def test_the_loupe_zooms_to_true_pixels_and_pans(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&view=loupe&at=3", width=500, height=500)
    page.wait_for_selector(".pane img[src*='/full/']")
    page.wait_for_function("() => document.querySelector('.pane img').naturalWidth")
    (fitting,) = zooms(page)
    page.keyboard.press("z")
    (zoomed,) = zooms(page)
    percent = page.text_content(".percent")
    assert percent == "100 %", "a pixel of the picture is one of the screen, though more would fit"
    assert float(percent.split()[0]) == pytest.approx(100 * float(zoomed.split("scale(")[1].rstrip(")")), rel=1e-3)
    box = page.locator(".pane").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -600)
    page.wait_for_function("before => document.querySelector('.percent').textContent !== before", arg=percent)
    before = zooms(page)
    page.mouse.down()
    page.mouse.move(middle[0] - 40, middle[1] - 30, steps=4)
    page.mouse.up()
    assert zooms(page) != before
    page.keyboard.press("Escape")
    assert zooms(page) == [fitting]
    page.keyboard.press("ArrowRight")
    at(page, 4)
    page.click(".filmstrip .tile[data-id='6']")
    at(page, 6)
    page.keyboard.press("Escape")
    page.wait_for_selector("#view[data-view=grid]")


@pytest.mark.parametrize(("way", "flag"), [((120, 0), "pick"), ((-120, 0), "reject"), ((0, -120), "none")])
def test_swiping_in_the_loupe(
    links: dict[str, str], opened: Callable[..., Any], way: tuple[int, int], flag: str
) -> None:
    page = opened(links["ben"] + "&view=loupe&at=60", 390, 844, touch=True)
    page.wait_for_selector(".pane img[src]")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    finger("touchStart", (195, 300))
    finger("touchMove", (195 + way[0] / 2, 300 + way[1] / 2))
    finger("touchMove", (195 + way[0], 300 + way[1]))
    finger("touchEnd")
    at(page, 61)
    page.wait_for_selector(f".filmstrip .tile[data-id='60'][data-flag={flag}]")
    if flag != "none":
        page.click("#bar [data-action=undo]")
        page.wait_for_selector(".filmstrip .tile[data-id='60'][data-flag=none]")


def test_two_fingers_zoom(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&view=loupe&at=3", 390, 844, touch=True)
    page.wait_for_selector(".pane img[src]")
    page.wait_for_function("() => document.querySelector('.pane img').naturalWidth")
    touch = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 80), ("touchMove", 120)):
        points = [{"x": 195 - apart, "y": 300, "id": 0}, {"x": 195 + apart, "y": 300, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_selector(".pane[data-zoomed=true]")


def test_comparing(links: dict[str, str], opened: Callable[..., Any], artefact: Callable[[Any, str], None]) -> None:
    page = opened(links["anna"] + "&view=compare&ids=70,72,74")

    def ids() -> str:
        return str(page.evaluate("new URLSearchParams(location.search).get('ids')"))

    def becomes(wanted: str) -> None:
        page.wait_for_function("ids => new URLSearchParams(location.search).get('ids') === ids", arg=wanted)

    page.wait_for_function(
        "() => [...document.querySelectorAll('.pane img[src]')].filter(one => one.naturalWidth).length === 3"
    )
    page.keyboard.press("z")
    first, *others = zooms(page)
    assert "scale" in first and others == [first, first]  # of one size, they show the same part
    artefact(page, "compare-zoomed")
    page.keyboard.press("z")
    page.keyboard.press("ArrowRight")
    becomes("70,72,75")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    becomes("70,72,73")
    page.keyboard.press("ArrowUp")  # picks 73, and brings the next
    becomes("70,72,74")
    page.keyboard.press("ArrowDown")
    becomes("70,72,75")
    page.keyboard.press("Enter")
    becomes("75,72,70")
    page.keyboard.press("+")
    becomes("75,72,70,71")
    page.keyboard.press("Delete")
    becomes("75,72,70")
    assert ids() == "75,72,70"
    page.keyboard.press("g")
    for number, flag in ((73, "pick"), (74, "reject")):
        page.wait_for_selector(f"#image-{number}[data-flag={flag}]", state="attached")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#image-73[data-flag=none]", state="attached")


def test_surveying_clicks_the_weak_away(
    links: dict[str, str], opened: Callable[..., Any], artefact: Callable[[Any, str], None]
) -> None:
    page = opened(links["anna"])
    page.click("#image-8")
    page.click("#image-12", modifiers=["Shift"])
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelectorAll('.survey > div').length === 5")
    page.click(".survey > div[data-id='9'] .aside", force=True)
    page.wait_for_function("() => document.querySelectorAll('.survey > div').length === 4")
    page.keyboard.press("Delete")
    page.wait_for_function("() => document.querySelectorAll('.survey > div').length === 3")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelectorAll('.survey > div').length === 4")
    artefact(page, "survey-four")
    page.keyboard.press("Shift+p")
    page.wait_for_selector("#status:has-text('picked 4, rejected 1')")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#status:has-text('undone: 5 images')")


def test_another_key_for_an_action(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&at=90")
    page.keyboard.press("?")
    page.click("[data-binding=pick]")
    page.keyboard.press("k")
    page.wait_for_selector("[data-binding=pick] kbd:text-is('K')")
    page.click("[data-binding=reject]")
    page.keyboard.press("l")  # which locked
    page.wait_for_selector("[data-binding=lock]:has-text('no key')")
    page.reload()
    page.wait_for_selector(".binding")
    page.keyboard.press("g")
    page.wait_for_selector("#image-90")
    page.keyboard.press("p")
    page.keyboard.press("k")
    page.wait_for_selector("#image-90[data-flag=pick]")
    page.keyboard.press("l")
    page.wait_for_selector("#image-91[data-flag=reject]")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#image-90[data-flag=none]")
    page.keyboard.press("?")
    page.click("text=All keys as they were")
    page.wait_for_selector("[data-binding=lock] kbd:text-is('L')")


def test_a_note_and_what_is_known_of_an_image(
    links: dict[str, str], opened: Callable[..., Any], artefact: Callable[[Any, str], None]
) -> None:
    page = opened(links["anna"] + "&at=31")
    page.keyboard.press("t")
    page.wait_for_selector("#facts textarea:focus")
    page.keyboard.type("p is a letter here <b>")
    page.keyboard.press("Control+Enter")
    note = "anna: p is a letter here <b>"
    page.wait_for_function(
        "(note) => [...document.querySelectorAll('#facts li')].some((one) => one.textContent === note)", arg=note
    )
    assert page.get_attribute("#image-31", "data-flag") == "none"
    artefact(page, "facts")
    page.keyboard.press("Escape")
    page.click("#facts .chip >> nth=0")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q')?.startsWith('series:')")


def test_light_dark_and_hidden_scores(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    ground = "getComputedStyle(document.body).backgroundColor"
    page.wait_for_function("() => /\\d/.test(document.querySelector('.tile .badges').textContent)")
    light = page.evaluate(ground)
    page.click("[data-action=theme]")
    page.click("[data-action=theme]")
    assert page.evaluate(ground) != light
    page.keyboard.press("o")
    page.wait_for_function("() => !/\\d\\d/.test(document.querySelector('#image-1 .badges').textContent)")


def test_a_project_without_images_says_what_to_do(
    tmp_path: Path, many_images: Any, serving: Callable[..., dict[str, str]], opened: Callable[..., Any]
) -> None:
    many_images.make(tmp_path, 0)
    page = opened(serving(tmp_path)["anna"])
    for view in VIEWS:
        page.goto(f"{page.url.split('?')[0]}?view={view}")
        page.wait_for_selector("#view[data-view]")
        if view != "help":
            assert "collection generate" in page.text_content("#view .empty")
            page.keyboard.press("p")
            page.wait_for_selector("#status:has-text('no image')")
