"""Nothing lies over anything else, whatever the width, the title and the size of letters; targets are big enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Opened = Callable[..., Any]
OVERLAPS = """() => {
  const parts = [...document.querySelectorAll(
    "#bar h1, #bar button, #bar select, #query, #bar .counts, #bar .you, #decide button, #decide .target, #notice")]
    .filter((part) => part.checkVisibility() && !part.closest(".rest"))
    .map((part) => [part.textContent.trim() || part.id || part.ariaLabel, part.getBoundingClientRect()]);
  const wrong = [];
  for (const [name, box] of parts) {
    if (box.left < -1 || box.right > innerWidth + 1) wrong.push(`${name} leaves the window`);
    for (const [other, its] of parts) {
      if (name < other && Math.min(box.right, its.right) - Math.max(box.left, its.left) > 1
        && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 1) wrong.push(`${name} over ${other}`);
    }
  }
  return wrong;
}"""


@pytest.fixture(scope="module")
def long_title(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    with many_images.make(folder, 24):
        pass
    path = folder / "collection.toml"
    title = "A very long title of a collection that nobody can read in a single short glance"
    path.write_text(path.read_text().replace('title = "Many Images"', f'title = "{title}"'))
    return folder


@pytest.fixture(scope="module")
def long_links(long_title: Path, serving: Callable[..., dict[str, str]]) -> dict[str, str]:
    return serving(long_title, "a curator with a very long name of many letters", "ben")


@pytest.mark.parametrize("width", [390, 800, 1024, 1280, 1366, 1440, 2560])
def test_no_overlap_and_progress_at_every_width(long_links: dict[str, str], opened: Opened, width: int) -> None:
    page = opened(next(iter(long_links.values())) + "&q=is:unreviewed", width=width, height=800, touch=width < 500)
    page.wait_for_selector("#image-1")
    assert page.evaluate(OVERLAPS) == []
    assert "of 24 picked" in page.inner_text(".counts")
    assert page.is_visible("[data-action=theme]")
    page.keyboard.press("p")
    page.wait_for_selector(".counts:has-text('1 of 24 picked')")
    page.wait_for_selector("#bar [data-action=refresh]:visible")
    assert page.evaluate(OVERLAPS) == []
    page.keyboard.press("Control+z")
    page.wait_for_selector(".counts:has-text('0 of 24 picked')")


@pytest.mark.parametrize("width", [1280, 1440])
def test_text_of_twice_the_size_reflows(links: dict[str, str], opened: Opened, width: int) -> None:
    page = opened(links["anna"], width=width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_letters_grow_with_the_readers_own_size(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"])
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "13px"
    assert (
        page.evaluate("[...document.styleSheets[0].cssRules].find(r => r.selectorText === ':root').style.font")[0]
        == "8"
    )


def test_targets_on_a_phone(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"], 390, 844, touch=True)
    page.wait_for_selector("#image-1")
    small = page.eval_on_selector_all(
        "#bar button, #decide button",
        "all => all.filter(one => one.checkVisibility()).map(one => [one.title, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)",
    )
    assert small == []
    assert page.evaluate("document.querySelector('#view').getBoundingClientRect().height") > 844 * 0.6


def test_the_first_stop_leads_to_the_images(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"])
    page.wait_for_selector("#image-1.cursor")
    assert page.evaluate("document.querySelector('a[href], button, input, select, textarea').className") == "skip"
    page.focus(".skip")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'view'")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#image-2.cursor")


def test_badges_say_what_they_are_and_show_what_is_sorted_by(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"])
    page.wait_for_selector("#image-1 .badges:has-text('score ')")
    page.fill("#query", "sort:-quality")
    page.press("#query", "Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'sort:-quality'")
    page.wait_for_selector("#decide .target:not(:has-text('· 1 of'))")
    page.keyboard.press("Home")
    page.wait_for_selector(".tile[aria-posinset='1']:not([hidden]) .badges:has-text('quality ')")
    shown = [
        float(page.text_content(f".tile[aria-posinset='{place}']:not([hidden]) .badges").split("quality ")[1])
        for place in (1, 2, 3)
    ]
    assert shown == sorted(shown, reverse=True)


class TestFilters:
    def test_traits_come_first_and_each_metric_once(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"])
        page.click("#bar [data-action=find]")
        page.wait_for_selector("#find [data-state]")
        parts = [text.strip() for text in page.locator("#find summary").all_text_contents()]
        metrics = [part for part in parts if part.startswith("quality")]
        assert len(metrics) == 1
        assert parts.index("sky") < parts.index(metrics[0])

    def test_states_have_counts_and_are_combined(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"])
        page.click("#bar [data-action=find]")

        def press(chip: str, asks: str) -> None:
            pressed = page.get_attribute(f"[data-{chip}]", "aria-pressed")
            page.click(f"[data-{chip}]")
            page.wait_for_function("asks => (new URLSearchParams(location.search).get('q') ?? '') === asks", arg=asks)
            page.wait_for_selector(f"[data-{chip}][aria-pressed={'false' if pressed == 'true' else 'true'}]")

        page.wait_for_selector("[data-state=stacked] span")
        assert page.text_content("[data-state=stacked] span") == "12"
        press("state=picked", "is:picked")
        press("state=rejected", "is:picked,rejected")
        press("state=stacked", "is:picked,rejected is:stacked")
        press("not=stacked", "is:picked,rejected -is:stacked")
        press("not=stacked", "is:picked,rejected")
        press("state=picked", "is:rejected")


class TestLooking:
    def test_zoom_is_kept_and_100_percent_is_100(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"] + "&at=5&view=loupe")
        page.wait_for_selector(".pane img[src]")
        page.wait_for_selector(".marks:has-text('0005')")
        page.wait_for_function("() => document.querySelector('.pane img').naturalWidth")
        page.keyboard.press("z")
        page.wait_for_selector(".percent:text-is('100 %')")
        natural = page.evaluate("document.querySelector('.pane img').width")
        assert page.evaluate("document.querySelector('.pane img').getBoundingClientRect().width") == pytest.approx(
            natural
        )
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".marks:has-text('0006')")
        page.wait_for_selector(".percent:text-is('100 %')")
        page.keyboard.press("z")
        page.wait_for_function("() => document.querySelector('.percent').textContent === ''")

    def test_a_click_that_frames_a_picture_does_not_zoom(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"] + "&at=5&view=compare")
        page.wait_for_selector("figure.active")
        page.click("figure:first-child .pane")
        page.wait_for_selector("figure:first-child.active")
        assert page.get_attribute("figure:first-child .pane", "data-zoomed") == "false"
        assert page.text_content("figure:first-child .percent") == ""

    def test_the_picture_goes_with_the_finger(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"] + "&at=7&view=loupe", 390, 844, touch=True)
        page.wait_for_selector(".marks:has-text('0007')")
        touch = page.context.new_cdp_session(page)

        def point(kind: str, x: int) -> None:
            points = [] if kind == "touchEnd" else [{"x": x, "y": 300}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        point("touchStart", 150)
        point("touchMove", 180)
        point("touchMove", 250)
        page.wait_for_function("() => document.querySelector('.pane img').style.translate.startsWith('100px')")
        assert page.get_attribute(".pane", "data-swipe") == "right"
        point("touchMove", 152)
        page.wait_for_function("() => document.querySelector('.pane').dataset.swipe === ''")
        point("touchEnd", 152)
        assert page.text_content(".marks b") == "0007"

    def test_a_long_press_selects_and_taps_go_on_selecting(self, links: dict[str, str], opened: Opened) -> None:
        page = opened(links["anna"], 390, 844, touch=True)
        page.wait_for_selector("#image-3")
        box = page.locator("#image-3").bounding_box()
        touch = page.context.new_cdp_session(page)
        point = {"x": box["x"] + 40, "y": box["y"] + 40}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        page.wait_for_selector("#image-3[aria-selected=true]")
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.tap("#image-4")
        page.wait_for_selector("#decide .target:has-text('2 images')")
        page.tap("#image-3")
        page.wait_for_selector("#image-3[aria-selected=false]")
