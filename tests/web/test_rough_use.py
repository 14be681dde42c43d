"""What curators and browsers do besides: change views while an answer is awaited, open two tabs, load the page again
while they type, paste books, write in other scripts; and what becomes of it where files or answers are missing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.curate.reviews.log import record
from collection.project import open_project
from collection.store.judging_records import Score
from collection.store.review_records import Decision, Review

Opened = Callable[..., Any]
Hold = Callable[[Any, str], Callable[[], None]]
COUNT = 70
SETTINGS = "JSON.parse(localStorage.getItem('collection-review') ?? '{}')"
DEFECTS = {
    "blurred": ("sharpness", 0.3), "dark": ("highlights", 0.2), "clipped": ("clipping", 0.6),
    "banded": ("banding", 0.3), "text": ("text", 0.4), "bordered": ("borders", 0.2),
}  # fmt: skip
"""By the issue, its metric and a number of it that is a defect."""


@pytest.fixture(scope="module")
def folder(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70 images, of which 1 to 6 have one of DEFECTS each, with reasons of their own."""
    folder = tmp_path_factory.mktemp("rough")
    with many_images.make(folder, COUNT) as project:
        assets = project.store.assets()
        for number, (metric, bad) in enumerate(DEFECTS.values()):
            good = 1.0 if metric in ("sharpness", "highlights") else 0.0
            values = [bad if place == number else good for place in range(COUNT)]
            scores = [Score(one.file_sha256, metric, "m", value) for one, value in zip(assets, values, strict=True)]
            project.store.add_judgements(scores)
    with (folder / "collection.toml").open("a") as file:
        file.write('[review]\nreasons = ["too <b>blue</b>", "不好", "blurred"]\n')
    return folder


@pytest.fixture(scope="module")
def at(folder: Path, serving: Callable[..., dict[str, str]]) -> dict[str, str]:
    return serving(folder, "anna", "ben", "cleo", "dora")


@pytest.fixture
def events(folder: Path, sent: Callable[[Any], None]) -> Callable[[Any, str], list[Review]]:
    """What a curator said, once the server has all that was decided on a page."""

    def read(page: Any, curator: str) -> list[Review]:
        sent(page)
        with open_project(folder) as project:
            return project.store.reviews(curator=curator)

    return read


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


class TestAnswersThatComeLate:
    def test_the_view_that_was_gone_to_last_is_shown(self, at: dict[str, str], opened: Opened, hold: Hold) -> None:
        page = opened(at["anna"])
        release = hold(page, "**/api/ids*")
        page.fill("#query", "id:3-9")
        page.press("#query", "Enter")
        page.keyboard.press("e")
        page.wait_for_selector("#view[data-view=loupe] .pane")
        release()
        page.wait_for_selector(".counts:has-text('7 of 70')")
        assert page.get_attribute("#view", "data-view") == "loupe"
        page.wait_for_function("() => new URLSearchParams(location.search).get('view') === 'loupe'")

    def test_a_refusal_is_of_the_query_that_is_asked(self, at: dict[str, str], opened: Opened, hold: Hold) -> None:
        page = opened(at["anna"])
        release = hold(page, "**/api/ids?q=qualty*")
        page.fill("#query", "qualty>3")
        page.press("#query", "Enter")
        page.fill("#query", "id:3-9")
        page.press("#query", "Enter")
        page.wait_for_selector(".counts:has-text('7 of 70')")
        with page.expect_response("**/api/ids?q=qualty*"):
            release()
        page.evaluate("() => fetch('/api/jobs').then(answer => answer.text())")  # the refusal is through
        assert page.is_hidden("#refused")

    def test_a_duel_goes_on_after_a_question_that_did_not_come(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&view=duel")
        page.wait_for_selector(".side img")
        first = page.get_attribute(".side >> nth=0", "aria-label")
        lost: list[Any] = []

        def lose(route: Any) -> None:
            lost.append(route)
            route.abort() if len(lost) == 1 else route.continue_()

        page.route("**/api/pair", lose)
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("first => document.querySelector('.side').ariaLabel !== first", arg=first)
        page.wait_for_selector("#notice", state="hidden")
        assert len(lost) == 2

    def test_what_cannot_be_kept_now_is_said_and_kept_later(
        self, at: dict[str, str], opened: Opened, events: Callable[[Any, str], list[Review]]
    ) -> None:
        page = opened(at["dora"] + "&at=30")
        page.wait_for_selector("#image-30.cursor")
        locked = {"error": "another program is at work on collection.db", "hint": ""}
        page.route("**/api/events", lambda route: route.fulfill(status=503, json=locked))
        page.keyboard.press("p")
        page.wait_for_selector("#notice:has-text('cannot keep decisions now: another program is at work')")
        assert page.get_attribute("#image-30", "data-flag") == "pick"
        page.unroute("**/api/events")
        page.wait_for_selector("#notice", state="hidden")
        assert [(event.kind, event.asset_id) for event in events(page, "dora")] == [("flag", 30)]

    def test_an_old_link_to_a_map_that_is_there_no_more_shows_another(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&view=map&method=umap&vectors=an-encoder-of-once")
        status(page, 'there is no map "umap" of "an-encoder-of-once": here is another')
        page.wait_for_selector(".clusters form")
        assert page.input_value("select[aria-label=Map]") == "tsne"


class TestSeveralTabs:
    def test_what_one_tab_sets_another_leaves(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        other = page.context.new_page()
        other.goto(page.url)
        other.wait_for_selector("#image-1")
        page.keyboard.press("a")
        other.click("[data-action=theme]")
        assert page.evaluate(SETTINGS)["advance"] is False
        assert page.evaluate(SETTINGS)["theme"] == "light"

    def test_whatever_the_browser_kept_the_page_works(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        for kept in ('{"keys": null, "size": "large", "culling": 3, "advance": 0}', "[1]", "null", "{", '{"keys": []}'):
            page.evaluate("kept => localStorage.setItem('collection-review', kept)", kept)
            page.reload()
            page.wait_for_selector("#image-1.cursor")
            page.keyboard.press("e")
            page.wait_for_selector("#view[data-view=loupe] .pane img[src]")
            page.keyboard.press("g")


class TestWriting:
    def test_a_note_that_was_begun_outlives_a_reload_and_is_kept_once(
        self, at: dict[str, str], opened: Opened, events: Callable[[Any, str], list[Review]]
    ) -> None:
        page = opened(at["ben"] + "&at=20")
        page.wait_for_selector("#image-20.cursor")
        page.keyboard.press("t")
        page.keyboard.type("half of a thou")
        page.reload()
        page.wait_for_selector("textarea[data-note='20']")
        assert page.input_value("textarea[data-note]") == "half of a thou"
        page.keyboard.press("t")
        page.keyboard.press("End")
        page.keyboard.type("ght")
        page.route("**/api/events", lambda route: route.fulfill(status=409, json={"error": "full", "hint": ""}))
        page.keyboard.press("Control+Enter")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("textarea[data-note='21']")
        status(page, "full")
        assert page.input_value("textarea[data-note]") == "", "it is about another image"
        page.unroute("**/api/events")
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector("textarea[data-note='20']")
        assert page.input_value("textarea[data-note]") == "half of a thought"
        page.keyboard.press("t")
        page.keyboard.press("Control+Enter")
        status(page, "noted on 0020")
        assert [event.value for event in events(page, "ben")] == ["half of a thought"]
        page.reload()
        page.wait_for_selector("#facts li:has-text('half of a thought')")
        assert page.input_value("textarea[data-note]") == ""

    def test_nothing_that_was_pasted_is_cut_unsaid(
        self, at: dict[str, str], opened: Opened, events: Callable[[Any, str], list[Review]]
    ) -> None:
        page = opened(at["ben"] + "&at=22")
        page.wait_for_selector("#image-22.cursor")
        before = events(page, "ben")
        page.keyboard.press("t")
        page.keyboard.insert_text("a long book " * 8334)
        page.keyboard.press("Control+Enter")
        status(page, "a note has 4,000 characters at most, and this one 100,007")
        assert len(page.input_value("textarea[data-note]")) == 100_008
        page.fill("textarea[data-note]", "")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        page.keyboard.insert_text(f"short, {'x' * 65}")
        page.keyboard.press("Enter")
        status(page, "a tag has 64 characters at most")
        assert events(page, "ben") == before
        tags = [f"tag number {number}" for number in range(12)]
        page.fill("[aria-label=Tags]", ", ".join(tags))
        page.keyboard.press("Enter")
        status(page, f"tagged: {', '.join(tags)}")
        assert [event.value for event in events(page, "ben")[len(before) :]] == tags

    def test_every_script_is_kept_shown_and_found(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["ben"] + "&at=24")
        page.wait_for_selector("#image-24.cursor")
        note, tag = "شروق ☀️ <b>שלום</b> 'q' \"%#?", "می‌خواهم 👩‍🎨"
        page.keyboard.press("t")
        page.keyboard.insert_text(note)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#facts .note li bdi")
        assert page.text_content("#facts .note li bdi") == note
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        page.keyboard.insert_text(tag)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.click(f"#facts .tags .chip:has-text('{tag}')")
        page.wait_for_selector(".counts:has-text('1 of 70')")
        page.fill("#query", "note:שלום")
        page.press("#query", "Enter")
        page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'note:שלום'")
        page.wait_for_selector("#image-24.cursor")

    def test_long_notes_in_any_script_are_sent_when_the_server_is_back(
        self, at: dict[str, str], opened: Opened, events: Callable[[Any, str], list[Review]]
    ) -> None:
        page = opened(at["cleo"] + "&at=40")
        page.wait_for_selector("#image-40.cursor")
        page.route("**/api/events", lambda route: route.abort())
        page.route("**/api/batch", lambda route: route.abort())
        notes = [f"{number} " + "漢" * 3900 for number in range(8)]
        for number, note in enumerate(notes):
            page.keyboard.press("t")
            page.keyboard.insert_text(note)
            page.keyboard.press("Control+Enter")
            page.keyboard.press("Escape")
            page.keyboard.press("ArrowRight")
            page.wait_for_selector(f"textarea[data-note='{41 + number}']")
        page.wait_for_selector("#notice:has-text('8 decisions are kept')")
        page.unroute("**/api/batch")
        page.unroute("**/api/events")
        assert [event.value for event in events(page, "cleo")] == notes
        assert page.is_hidden("#notice")

    def test_a_field_keeps_the_keys_while_others_vote(self, folder: Path, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&view=people")
        page.click("[data-add] input")
        page.keyboard.type("xav")
        with open_project(folder) as project:
            record(project.store, "eve", [Decision("flag", 60, "pick")])
        page.wait_for_selector("tr:has(th:text-is('eve')) td:text-is('1')")
        page.keyboard.type("ier")
        assert page.input_value("[data-add] input") == "xavier"
        assert page.get_attribute("#view", "data-view") == "people"

    def test_a_filter_keeps_the_keys_when_it_is_counted_again(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        page.click("#bar [data-action=find]")
        page.click("#find summary:text-is('Series')")
        page.focus("#find [data-word=Ridges]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#find [data-word=Ridges][aria-pressed=true]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#find [data-word=Ridges][aria-pressed=false]")


class TestOfOnesOwn:
    def test_reasons_and_their_keys(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["dora"] + "&at=50")
        page.wait_for_selector("#image-50.cursor")
        for number, (key, reason) in enumerate({"Shift+Digit2": "不好", "Shift+Digit1": "too <b>blue</b>"}.items(), 50):
            page.keyboard.press(key)
            status(page, f"rejected for {reason}: {number:04}")
            page.wait_for_selector(f"#image-{number}[data-flag=reject]")
        page.keyboard.press("Shift+Digit4")
        page.fill("#query", 'reason:"too <b>blue</b>,不好"')
        page.press("#query", "Enter")
        page.wait_for_selector(".counts:has-text('2 of 70')")
        page.wait_for_selector("#image-51[aria-label*='for too <b>blue</b>']")
        page.keyboard.press("?")
        page.wait_for_selector("[data-binding=reason3]:has-text('Reject: blurred')")
        assert page.locator("[data-binding=reason4]").count() == 0

    def test_each_defect_has_a_slider(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["cleo"] + "&view=cull")
        for number, (issue, (metric, bad)) in enumerate(DEFECTS.items(), 1):
            page.wait_for_selector(f"[data-issue={issue}] input[type=range]")
            page.check(f"[data-issue={issue}] input[type=checkbox]")
            page.wait_for_selector(f"#image-{number}[aria-label*='{issue}: {metric} {bad}, ']")
            page.wait_for_selector(".panel output:has-text('1 of 1 image preselected')")
            page.uncheck(f"[data-issue={issue}] input[type=checkbox]")
            page.wait_for_selector(".panel output:has-text('No image is preselected')")

    def test_a_contact_sheet_has_all_pages(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        page.click(".export summary")
        with page.expect_download() as started:
            page.click("[data-form=sheet]")
        with zipfile.ZipFile(Path(started.value.path())) as sheets:
            assert [Path(name).suffix for name in sheets.namelist()] == [".png", ".png"], "60 images a page"

    def test_the_prompt_is_copied_and_answers_sort(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&at=15")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.keyboard.press("i")
        page.click("[data-copy=prompt]")
        status(page, "copied the prompt")
        assert " under a " in page.evaluate("navigator.clipboard.readText()")
        page.keyboard.press("v")
        page.wait_for_selector(".side img")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".question:has-text('of yours')")
        page.click("button:has-text('Ranking')")
        best = page.wait_for_selector(".card[data-id]").get_attribute("data-id")
        page.click("button:has-text('Sort the grid by all answers')")
        page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'sort:-votes'")
        page.keyboard.press("Home")
        page.wait_for_selector(f".tile[aria-posinset='1'][data-id='{best}']:not([hidden])")

    def test_more_numbers_than_a_query_holds_are_not_left_out_unsaid(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        chosen = {
            "ids": [1, 2], "diversity": 0.5, "supply": 2, "eligible": 70, "complete": True, "mean_score": None,
            "added": list(range(1, 4000, 2)), "removed": [], "rarity": [], "quotas": [], "palette": [],
            "sighted": False, "published": {"version": 0, "tokens": 0, "minted": {}, "added": [], "removed": []},
        }  # fmt: skip
        page.route("**/api/set?*", lambda route: route.fulfill(json=chosen))
        page.keyboard.press("b")
        page.click("button:text-is('2000 in')")
        status(page, " of 2,000: a query holds no more numbers")
        page.wait_for_selector(".counts:has-text('35 of 70')")
        assert page.is_hidden("#refused")


EVERY_VIEW = (
    "grid", "loupe", "compare", "survey", "cull", "map", "stacks", "duel", "lineage", "set", "people", "jobs", "help",
)  # fmt: skip


@pytest.mark.parametrize("count", [0, 1])
def test_every_view_of_none_or_one(
    many_images: ModuleType, tmp_path: Path, begin_room: Callable[..., Any], opened: Opened, count: int
) -> None:
    many_images.make(tmp_path, count).close()
    server, links = begin_room(tmp_path, "anna")
    page = opened(links["anna"])
    for view in EVERY_VIEW:
        page.evaluate("view => document.querySelector(`[data-view-tab=${view}]`).click()", view)
        page.wait_for_selector(f"#view[data-view={view}] > :not([hidden])")
        page.wait_for_function("() => document.querySelector('#view').ariaBusy !== 'true'")
        for key in ("ArrowRight", "ArrowDown", "Enter", "+", "-", "z", "Delete", "Shift+P", "Shift+U", "]"):
            page.keyboard.press(key)
        page.keyboard.press("g")
        page.wait_for_selector("#view[data-view=grid]")
    server.end()


def test_an_image_whose_file_is_gone_says_so(
    many_images: ModuleType, tmp_path: Path, begin_room: Callable[..., Any], opened: Opened
) -> None:
    with many_images.make(tmp_path, 9) as project:
        gone = project.store.assets()[8].file_sha256
    server, links = begin_room(tmp_path, "anna")
    page = opened(links["anna"] + "&view=loupe&at=3")
    page.wait_for_selector(".pane img[src]:not(.coming)")
    for path in tmp_path.rglob(f"*{gone[2:]}*"):
        path.unlink()
    page.keyboard.press("End")
    page.wait_for_selector(".marks:has-text('0009')")
    page.wait_for_selector(".pane:has-text('is missing. `collection doctor --repair` reads it back')")
    assert not page.is_visible(".pane img")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".pane img[alt='0008']:not(.coming)")
    assert page.is_visible(".pane img")
    server.end()
