"""Every view on a phone, and in large letters: nothing leaves the window, lies over another, is squeezed or cut."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Opened = Callable[..., Any]
VIEWS = {
    "view=grid&at=5": ".tile img[src]", "view=loupe&at=5": ".pane img[src]",
    "view=compare&ids=5,6,7&at=5": "figure:nth-of-type(3) img[src]",
    "view=survey&ids=5,6,7,8,9,10,11,12&at=5": ".survey > div[data-id='12'] img[src]",
    "view=cull": ".panel .empty, .panel [data-issue]", "view=map": ".clusters form", "view=stacks": ".card img[src]",
    "view=duel": ".side img", "view=duel&ranking=you": ".empty, .card", "view=lineage&of=5&at=5": ".relative img[src]",
    "view=set": "#costs > :not(:text-is('…'))", "view=set&order=hand": ".empty, .order .tile",
    "view=people": ".row.link", "view=jobs": ".job", "view=help": ".binding",
}  # fmt: skip
"""By the query of its address, what a view shows once all of it is there."""
GO = """address => { history.pushState(null, "", `?${address}`); dispatchEvent(new PopStateEvent("popstate")); }"""
SETTLED = """name => {
  const view = document.querySelector("#view");
  return view.dataset.view === name && view.childElementCount && view.getAttribute("aria-busy") !== "true"
    && [...view.querySelectorAll("img[src]")].every((one) => one.complete);
}"""
FAULTS = """() => {
  const wrong = [];
  const words = (one) => (one.ariaLabel || one.title || one.textContent || one.id).trim().slice(0, 40);
  const named = (one) => `${one.tagName.toLowerCase()} ${words(one)}`;
  const inside = (box, other) => ({ left: Math.max(box.left, other.left), top: Math.max(box.top, other.top),
    right: Math.min(box.right, other.right), bottom: Math.min(box.bottom, other.bottom) });
  const seen = (one) => { // what of it is in sight
    const whole = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    let box = inside(one.getBoundingClientRect(), whole);
    for (let up = one.parentElement; up; up = up.parentElement) {
      if (getComputedStyle(up).overflow !== "visible") box = inside(box, up.getBoundingClientRect());
    }
    return box;
  };
  const shown = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const [box, all] = [seen(one), one.getBoundingClientRect()];
    const [width, height] = [box.right - box.left, box.bottom - box.top];
    return width > 0 && height > 0 && width * height > all.width * all.height * 0.9;
  };
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page scrolls sideways");
  for (const box of document.querySelectorAll(".read, .sheet, .panel, .set, #bar, #facts, #find")) {
    const over = box.scrollWidth > box.clientWidth + 1;
    if (over && box.checkVisibility()) wrong.push(`${box.className || box.id} scrolls sideways`);
  }
  const all = document.querySelectorAll("button, select, summary, input:not([type=range]), textarea, a.button");
  const controls = [...all].filter(shown);
  const boxes = controls.map((one) => [one, seen(one)]);
  boxes.forEach(([one, its], place) => {
    for (const [other, box] of boxes.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const both = inside(its, box);
      if (both.right - both.left > 1 && both.bottom - both.top > 1) {
        wrong.push(`${named(one)} over ${named(other)}`);
      }
    }
  });
  for (const one of document.querySelectorAll("button, summary, th, td, h2, h3, .counts")) {
    const { textOverflow, display } = getComputedStyle(one);
    const over = one.scrollWidth > one.clientWidth + 1 && textOverflow !== "ellipsis" && display !== "inline";
    if (over && shown(one)) wrong.push(`${named(one)} is cut`);
  }
  for (const one of document.querySelectorAll("p, label, dd")) {
    const squeezed = one.textContent.trim().length > 30 && one.clientWidth < 90;
    if (squeezed && shown(one)) wrong.push(`${named(one)} is squeezed`);
  }
  for (const marks of document.querySelectorAll(".marks")) {
    const box = marks.getBoundingClientRect();
    for (const mark of marks.children) {
      const its = mark.getBoundingClientRect();
      const cut = its.top < box.bottom && its.right > box.right + 1;
      if (cut && mark.checkVisibility()) wrong.push(`${named(mark)} is cut in ${named(marks)}`);
    }
  }
  for (const one of controls) {
    const target = /checkbox|radio/.test(one.type) ? one.closest("label") ?? one : one;
    const { width, height } = target.getBoundingClientRect();
    if (width < 43.5 || height < 43.5) wrong.push(`${named(one)} is ${Math.round(width)} by ${Math.round(height)}`);
  }
  return wrong;
}"""


def faults(page: Any) -> dict[str, list[str]]:
    """What is wrong in each of VIEWS, where anything is."""
    wrong = {}
    for address, sign in VIEWS.items():
        name = address.partition("&")[0].removeprefix("view=")
        page.evaluate(GO, address)
        page.wait_for_selector(f"#view[data-view={name}] >> {sign} >> nth=0", state="attached")
        page.wait_for_function(SETTLED, arg=name)
        if found := page.evaluate(FAULTS):
            wrong[address] = found
    return wrong


def test_every_view_fits_a_phone(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["anna"], 390, 844, touch=True)
    assert not faults(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900), (390, 844)])
def test_every_view_fits_in_letters_of_twice_the_size(
    links: dict[str, str], opened: Opened, width: int, height: int
) -> None:
    page = opened(links["anna"], width, height)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.wait_for_function("() => getComputedStyle(document.documentElement).fontSize === '26px'")
    assert not faults(page)


def test_a_duel_calls_its_pictures_as_they_stand(links: dict[str, str], opened: Opened) -> None:
    page = opened(links["ben"] + "&view=duel", 390, 844, touch=True)
    for act, words in (("button:text-is('Upper')", "the upper one"), (".side:last-child", "the lower one")):
        page.wait_for_selector(".pairwise:not([aria-busy]) .side img")
        first, second = page.locator(".side").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert first < second
        page.click(act)
        page.wait_for_selector(f"#status:text-is('{words}')")


def test_all_letters_grow_with_the_readers_own_size(repository: Path) -> None:
    for sheet in (repository / "collection" / "web" / "static" / "styles").glob("*.css"):
        assert not re.findall(r"font(?:-size)?: [^;%]*\d(?:px|pt)[^;]*", sheet.read_text()), sheet.name


@pytest.mark.parametrize("density", [1, 2])
def test_100_percent_is_a_pixel_for_a_pixel_and_kept_from_picture_to_picture(
    links: dict[str, str], browser: Any, density: int
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, device_scale_factor=density)
    page = context.new_page()
    page.goto(links["anna"] + "&at=5&view=loupe")
    shown = "() => document.querySelector('.pane img').complete && document.querySelector('.pane img').naturalWidth"
    for number in (5, 6, 7, 8):
        page.wait_for_selector(f".marks:has-text('{number:04}')")
        if number == 5:
            page.wait_for_function(shown)
            page.keyboard.press("z")
        page.wait_for_function("() => document.querySelector('.percent').textContent === '100 %'")
        facts = page.request.get(f"{page.url.split('/?')[0]}/api/assets?ids={number}").json()["assets"][0]
        width = page.evaluate("document.querySelector('.pane img').getBoundingClientRect().width * devicePixelRatio")
        assert width == pytest.approx(facts["width"])
        page.keyboard.press("ArrowRight")
    context.close()


def test_a_link_to_a_file_gives_nothing_once_another_name_has_come_in(links: dict[str, str], browser: Any) -> None:
    context = browser.new_context()
    page, other = context.new_page(), context.new_page()
    page.goto(links["anna"])
    page.wait_for_selector("#image-1")
    page.click(".export summary")
    address = page.get_attribute("[data-form=csv]", "href")
    room = page.url.split("/?")[0].rstrip("/")
    assert page.request.get(room + address).status == 200
    other.goto(links["ben"])
    other.wait_for_selector("#image-1")
    refused = page.request.get(room + address)
    assert refused.status == 409
    assert refused.json()["other"] == "ben"
    context.close()
