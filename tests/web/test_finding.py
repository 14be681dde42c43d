"""The query, its completion, and the filters that edit it, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.curate.search.query import Query, Term, parse
from collection.errors import UsageError


def query(page: Any) -> str:
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


def asks(page: Any, wanted: str) -> None:
    """Wait until the address has that query, and the list is there."""
    page.wait_for_function(
        "wanted => (new URLSearchParams(location.search).get('q') ?? '') === wanted"
        " && document.getElementById('query').value === wanted",
        arg=wanted,
    )


def found(page: Any, text: str) -> int:
    answer = page.request.get(page.url.split("?")[0] + "api/ids", params={"q": text}).json()
    return int(answer["total"])


def shows(page: Any, count: int) -> None:
    page.wait_for_function("n => document.querySelector('.counts').textContent.startsWith(`${n} `)", arg=count)


def test_a_query_is_typed_linked_and_gone_back_from(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    page.keyboard.press("/")
    page.keyboard.type("series:Shores lighthouse")
    page.keyboard.press("Enter")
    asks(page, "series:Shores lighthouse")
    count = found(page, "series:Shores lighthouse")
    assert 0 < count < 120
    shows(page, count)
    other = opened(page.url.replace("/?", f"/?token={links['anna'].split('=')[1]}&"))
    shows(other, count)
    page.keyboard.press("p")  # the field has given the keys back
    page.wait_for_selector("#status:has-text('picked')")
    page.keyboard.press("Control+z")
    page.go_back()
    asks(page, "")
    shows(page, 120)


def test_a_link_with_a_wrong_query_is_answered_too(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&q=qualitty>5")
    page.wait_for_selector(".refused:has-text('did you mean quality?')")
    page.wait_for_selector(".empty:has-text('This query cannot be read')")
    page.fill("#query", "quality>5")
    page.keyboard.press("Enter")
    asks(page, "quality>5")
    page.wait_for_selector(".refused", state="hidden")


def test_what_takes_long_is_seen_to_be_at_work(
    links: dict[str, str], opened: Callable[..., Any], hold: Callable[..., Callable[[], None]]
) -> None:
    page = opened(links["anna"])
    release = hold(page, "**/api/ids*")
    page.keyboard.press("/")
    page.keyboard.type("quality>5")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view[aria-busy=true]")
    release()
    page.wait_for_selector("#view[aria-busy=false]")


def test_a_query_that_cannot_be_read_is_answered_in_words(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    page.fill("#query", "qualitty>5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".refused:has-text('did you mean quality?')")
    assert page.get_attribute("#query", "aria-invalid") == "true"
    assert page.locator("text=did you mean quality?").count() == 1, "said once"
    assert page.evaluate("document.activeElement.id") == "query", "to be mended"
    assert page.locator(".tile[data-id]").count() > 10  # what was there stays
    page.fill("#query", "series:Shores -series:Shores")
    page.keyboard.press("Enter")
    page.wait_for_selector(".empty:has-text('No image is like that')")
    page.click("text=Show all images")
    asks(page, "")
    shows(page, 120)


def test_completion_by_keys_and_by_mouse(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"])
    page.keyboard.press("/")
    page.keyboard.type("is:unr")
    page.wait_for_selector("#offers li:text-is('is:unreviewed')")
    page.keyboard.press("Tab")
    page.keyboard.type("ser")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("Rid")
    page.click("#offers li:text-is('series:Ridges')")
    page.keyboard.press("Enter")
    asks(page, "is:unreviewed series:Ridges")
    page.keyboard.press("/")
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    assert page.input_value("#query") == "is:unreviewed series:Ridges"


def test_filters_edit_the_one_query(
    links: dict[str, str], opened: Callable[..., Any], artefact: Callable[[Any, str], None]
) -> None:
    page = opened(links["anna"])
    page.keyboard.press("f")
    page.click("#find [data-state=unreviewed]")
    asks(page, "is:unreviewed")
    page.click("#find summary:text-is('Series')")
    page.click("#find .chip:has-text('Plains')")
    asks(page, "is:unreviewed series:Plains")
    page.click("#find .chip:has-text('Shores')")
    asks(page, "is:unreviewed series:Plains,Shores")
    page.click("#find .chip:has-text('Plains')")
    asks(page, "is:unreviewed series:Shores")
    page.select_option("#find select[aria-label=Order]", "-quality")
    asks(page, "is:unreviewed series:Shores sort:-quality")
    page.select_option("#find select[aria-label='Votes of']", "ben")
    asks(page, "is:unreviewed series:Shores sort:-quality by:ben")
    page.click("#find [data-state=unreviewed]")
    page.select_option("#find select[aria-label='Votes of']", "")
    asks(page, "series:Shores sort:-quality")
    artefact(page, "find")
    shows(page, found(page, query(page)))
    page.click("#find button:text-is('Clear')")
    asks(page, "")


@pytest.mark.parametrize(
    ("summary", "field"),
    [("Score", "score"), ("quality", "quality"), ("quality", "quality%"), ("Style oil", "style.oil"), ("Seed", "seed")],
)
def test_a_histogram_is_brushed(links: dict[str, str], opened: Callable[..., Any], summary: str, field: str) -> None:
    page = opened(links["anna"])
    page.keyboard.press("f")
    part = page.locator("#find details", has=page.locator(f"summary:text-is('{summary}')"))
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    if field.endswith("%"):
        part.locator("button:text-is('By percentile')").click()
    brush = part.locator(".brush")
    brush.locator(".all[d*=M]").wait_for(state="attached")
    brush.scroll_into_view_if_needed()
    box = brush.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_function("() => new URLSearchParams(location.search).has('q')")
    (term,) = parse(query(page)).terms
    assert term.field.lower() == field.lower()
    count = found(page, query(page))
    assert 0 < count < 120
    shows(page, count)
    handle = brush.locator("input >> nth=1")
    handle.focus()
    page.keyboard.press("End")  # by keyboard: open at the upper end
    page.wait_for_function("() => /(>=|>)/.test(new URLSearchParams(location.search).get('q'))")
    assert found(page, query(page)) > count


def test_similar_to_this_one(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&at=17")
    page.keyboard.press("m")
    asks(page, "like:17")
    page.wait_for_function("() => document.querySelector('.tile[aria-posinset=\"1\"]')?.dataset.id === '17'")


def test_a_view_is_saved_and_forgotten(links: dict[str, str], opened: Callable[..., Any]) -> None:
    page = opened(links["anna"] + "&q=series:Shores&view=loupe")
    page.keyboard.press("f")
    page.fill("#find .views input", "the shore")
    page.keyboard.press("Enter")
    page.wait_for_selector(".saved a:text-is('the shore')")
    page.keyboard.press("Escape")
    other = opened(links["ben"])
    other.click("#bar [data-action=find]")
    other.click(".saved a:text-is('the shore')")
    asks(other, "series:Shores")
    other.wait_for_selector("#view[data-view=loupe]")
    other.click("[aria-label='Forget the view the shore']")
    other.wait_for_selector("#status:has-text('anna saved the view')")
    page.click("[aria-label='Forget the view the shore']")
    page.wait_for_selector(".saved a", state="detached")


def test_what_a_decision_made_untrue_stays_until_one_looks_again(
    links: dict[str, str], opened: Callable[..., Any]
) -> None:
    page = opened(links["ben"] + "&q=is:unreviewed&at=44")
    before = found(page, "is:unreviewed")
    page.keyboard.press("p")
    page.wait_for_selector("#image-44[data-flag=pick]")
    page.wait_for_selector("#bar [data-action=refresh]:not([hidden])")
    page.keyboard.press("r")
    shows(page, before - 1)
    page.wait_for_selector("#image-44", state="detached")
    page.wait_for_selector(".tile.cursor[data-id='45']")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#status:has-text('undone')")
    page.keyboard.press("r")
    shows(page, before)


@pytest.fixture(scope="module")
def reading(repository: Path, browser: Any) -> Iterator[Any]:
    """A page that knows nothing but query.js."""
    page = browser.new_page()
    script = (repository / "collection/web/static/core/query.js").read_text()
    page.evaluate(
        "async text => { window.query = await import('data:text/javascript,' + encodeURIComponent(text)) }", script
    )
    yield page
    page.close()


WORD = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8)
TERMS = st.lists(
    st.builds(Term, WORD, st.sampled_from([":", "=", "<", ">", "<=", ">="]), WORD, st.booleans())
    | st.builds(Term, st.just(""), st.just(""), WORD, st.booleans()),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(TERMS)
def test_the_page_reads_a_query_as_the_server_does(reading: Any, terms: list[Term]) -> None:
    text = str(Query(tuple(terms)))
    try:
        wanted = parse(text).terms
    except UsageError:
        return
    read = reading.evaluate("text => window.query.parse(text)", text)
    assert [(t["field"], t["op"], t["value"], t["negated"]) for t in read] == [
        (t.field, t.op, t.value, t.negated) for t in wanted
    ]
    written = reading.evaluate(
        "terms => terms.map(([f, o, v]) => f ? window.query.condition(f, o, v) : window.query.words(v))",
        [(t.field, t.op, t.value) for t in wanted],
    )
    assert [replaced.terms[0] for replaced in map(parse, written)] == [Term(t.field, t.op, t.value) for t in wanted]
