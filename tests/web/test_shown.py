"""What a view shows is all there is, or it says so; what it cannot show it says in place."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from collection.curate.reviews.log import record
from collection.curate.selection.select import select
from collection.project import open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Duplicate
from collection.store.publication_records import Freeze
from collection.store.review_records import Decision

Opened = Callable[..., Any]
Hold = Callable[[Any, str], Callable[[], None]]
COUNT = 90
STACKS = 6


@pytest.fixture
def folder(many_images: ModuleType, tmp_path: Path) -> Path:
    """Ninety images, six stacks of two: 1 and 2, 3 and 4, ..., 11 and 12."""
    with many_images.make(tmp_path, COUNT) as project:
        pairs = [Duplicate(2 * n, 2 * n - 1, "phash", 2.0) for n in range(1, STACKS + 1)]
        project.store.replace_duplicates(pairs, "test", {})
    return tmp_path


@pytest.fixture
def at(folder: Path, begin_room: Callable[..., Any]) -> Iterator[dict[str, str]]:
    server, links = begin_room(folder, "anna", "ben")
    yield links
    server.end()


def flags(folder: Path) -> dict[int, str]:
    from collection.curate.reviews.log import review_states

    with open_project(folder) as project:
        return {number: state.flags["anna"] for number, state in review_states(project.store).items()}


def status(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


class TestStacks:
    def test_keys_pressed_quickly_are_all_taken_and_undo_returns(
        self, folder: Path, at: dict[str, str], opened: Opened
    ) -> None:
        page = opened(at["anna"] + "&view=stacks")
        page.wait_for_selector("p:has-text('6 unresolved')")
        for _ in range(STACKS):
            page.keyboard.press("Shift+P")
            page.wait_for_timeout(15)
        page.wait_for_selector("p:has-text('all resolved')")
        status(page, "kept 0011")
        assert flags(folder) == {n: "pick" if n % 2 else "reject" for n in range(1, 2 * STACKS + 1)}
        for _ in range(4):
            page.keyboard.press("Control+z")
        page.wait_for_selector(".card[data-id='5']")
        page.wait_for_selector("p:has-text('4 unresolved')")
        page.keyboard.press("Shift+P")
        status(page, "kept 0005")
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        page.wait_for_selector(".card[data-id='7']")

    def test_the_query_holds(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&view=stacks&q=id:3,7")
        page.wait_for_selector("p:has-text('Stack 1 of 2 of the query')")
        page.fill("#query", "id:20-30")
        page.press("#query", "Enter")
        page.wait_for_selector("#view:has-text('None of the images of the query is in a stack')")

    def test_the_place_in_the_grid_is_found_again(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&at=40")
        page.keyboard.press("d")
        page.wait_for_selector(".card")
        page.keyboard.press("g")
        page.wait_for_selector("#image-40.cursor")


class TestSeveral:
    def test_survey_says_how_many_it_shows_and_nothing_stays_selected(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        page.keyboard.press("Control+a")
        page.keyboard.press("n")
        page.wait_for_selector(".under:has-text('60 of 90 images')")
        assert "selected" not in page.text_content("#decide .target")
        page.click("button:has-text('Show the next 30')")
        page.wait_for_selector(".survey > div[data-id='90']")
        page.keyboard.press("g")
        page.wait_for_selector(".virtual-grid .tile.cursor")
        assert page.locator(".tile[aria-selected=true]:visible").count() == 0

    def test_compare_says_how_many_it_shows_and_walks_the_rest(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"])
        page.click("#image-1")
        page.click("#image-6", modifiers=["Shift"])
        page.keyboard.press("c")
        page.wait_for_selector(".under:has-text('4 of 6 selected')")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("figure.active .marks b:text-is('0005')")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("figure.active .marks b:text-is('0006')")
        page.keyboard.press("ArrowRight")
        status(page, "end of the list")


class TestSet:
    def test_a_conflict_is_shown_in_place_with_ways_out(self, folder: Path, at: dict[str, str], opened: Opened) -> None:
        with open_project(folder) as project:
            supply = project.config.supply
            record(project.store, "anna", [Decision("lock", number, True) for number in range(1, supply + 8)])
        page = opened(at["anna"] + "&view=set")
        page.wait_for_selector(".tokens h2:text-is('No set can be chosen')")
        assert page.is_disabled("button:has-text('Write this selection')")
        for _ in range(40):
            way = page.locator(".tokens button:has-text('Unlock')")
            if not way.count():
                break
            called = way.last.inner_text()
            way.last.click()
            page.wait_for_selector(f".tokens button:text-is('{called}')", state="detached")
        page.wait_for_selector(".tokens .tile")
        assert page.is_enabled("button:has-text('Write this selection')")

    def test_nothing_can_be_written_before_there_is_a_set(self, at: dict[str, str], opened: Opened, hold: Hold) -> None:
        page = opened(at["anna"])
        release = hold(page, "**/api/set?*")
        page.keyboard.press("b")
        page.wait_for_selector(".panel")
        assert page.is_disabled("button:has-text('Write this selection')")
        release()
        page.wait_for_selector(".tokens .tile")

    def test_a_curator_is_asked_before_the_set_shows_what_others_said(
        self, folder: Path, at: dict[str, str], opened: Opened
    ) -> None:
        with open_project(folder) as project:
            record(project.store, "anna", [Decision("flag", 6, "reject")])
        page = opened(at["ben"] + "&view=set")
        page.wait_for_selector(".tokens h2:text-is('Others have voted')")
        assert page.locator(".tokens .tile").count() == 0
        page.click("button:has-text('Show it all the same')")
        page.wait_for_selector(".tokens .tile")
        page.keyboard.press("g")
        page.keyboard.press("x")
        status(page, "rejected")
        with open_project(folder) as project:
            assert project.store.reviews()[-1].seen["others"] is True

    def test_frozen_tokens_are_numbered_and_a_change_says_what_it_means(
        self, folder: Path, at: dict[str, str], opened: Opened
    ) -> None:
        with open_project(folder) as project:
            tokens = [(1, 5, "i", "m1"), (2, 6, "i", "m2")]
            project.store.add_freeze(Freeze("p", "i", "m", "root", "c"), tokens, "x", {})
        page = opened(at["anna"])
        page.wait_for_selector("#image-5 .badges:has-text('#1')")
        page.click("#image-6")
        page.keyboard.press("x")
        status(page, "it stays token 2 of frozen version 1")
        page.keyboard.press("b")
        page.wait_for_selector(".panel:has-text('Version 1 is frozen: 2 tokens')")
        page.click("button:has-text('Write this selection')")
        page.wait_for_selector("dialog:has-text('It changes nothing that is frozen')")

    def test_what_a_lock_brought_in_is_marked(self, folder: Path, at: dict[str, str], opened: Opened) -> None:
        with open_project(folder) as project:
            select(project.store, judges_of(project).criteria())
            chosen = {choice.asset_id for choice in project.store.selection()}
        brought = [number for number in range(13, COUNT + 1) if number not in chosen][:2]
        page = opened(at["anna"] + "&view=set")
        page.wait_for_selector("text=The same images as in the selection")
        page.wait_for_selector(".tokens .tile[data-id] .badges:not(:empty)")
        assert page.locator(".tokens .tile[aria-label*='new in the set']:not([hidden])").count() == 0
        page.goto(at["anna"] + f"&q=id:{brought[0]},{brought[1]}")
        for number in brought:
            page.wait_for_selector(f"#image-{number}.cursor")
            page.keyboard.press("l")
            page.wait_for_selector(f"#image-{number}[data-locked=true]")
            page.keyboard.press("ArrowRight")
        page.keyboard.press("b")
        for number in brought:
            page.wait_for_selector(f".tokens #image-{number}[aria-label*='new in the set'] .badges:has-text('new')")
        new = page.locator(".tokens .tile[aria-label*='new in the set']:not([hidden])").count()
        page.wait_for_selector(f".panel button:text-is('{new} in')")


class TestBlind:
    def test_a_duel_hides_the_panel_about_the_image(self, at: dict[str, str], opened: Opened) -> None:
        page = opened(at["anna"] + "&at=5")
        page.keyboard.press("i")
        page.wait_for_selector("#facts meter")
        page.keyboard.press("v")
        page.wait_for_selector("#facts:has-text('Hidden while you compare')")
        assert page.locator("#facts meter").count() == 0
        page.keyboard.press("g")
        page.wait_for_selector("#facts meter")


def test_names_of_objects_are_names_like_any_other(at: dict[str, str], opened: Opened, subtests: Any) -> None:
    page = opened(at["anna"])
    for name in ("constructor", "__proto__", "toString", "hasOwnProperty"):
        with subtests.test(name):
            page.fill("#query", f"{name}:")
            assert page.locator(".offers li").count() == 0
            page.press("#query", "Enter")
            page.wait_for_selector(f"#refused:has-text('{name}')")


def test_the_images_of_a_query_leave_the_room(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["anna"] + "&q=id:3,7")
    page.click(".export summary")
    page.wait_for_selector(".menu:has-text('2 images of this query')")
    with page.expect_download() as started:
        page.click("[data-form=csv]")
    lines = Path(started.value.path()).read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["number", "3", "7"]


def test_every_form_of_the_images_of_a_query_and_files_by_token(
    folder: Path, at: dict[str, str], opened: Opened
) -> None:
    page = opened(at["anna"] + "&q=id:5-7")
    page.click(".export summary")
    assert page.locator(".menu select:visible").count() == 0, "nothing is frozen"
    with open_project(folder) as project:
        project.store.add_freeze(Freeze("p", "i", "m", "root", "c"), [(1, 6, "i", "m1"), (2, 5, "i", "m2")], "x", {})
    page.reload()
    page.click(".export summary")
    page.select_option(".menu select", "token")
    page.wait_for_selector(".menu:has-text('3 images of this query: those that are tokens')")

    def taken(form: str) -> Path:
        with page.expect_download() as started:
            page.click(f"[data-form={form}]")
        return Path(started.value.path())

    with zipfile.ZipFile(taken("zip")) as packed:
        assert {"1.png", "2.png"} == {
            name for name in packed.namelist() if name.endswith(".png") and name != "sheet.png"
        }
    assert [item["file"] for item in json.loads(taken("json").read_text())] == ["2.png", "1.png"]
    page.select_option(".menu select", "number")
    assert [line.split(",")[1] for line in taken("csv").read_text().splitlines()[1:]] == [
        "0005.png", "0006.png", "0007.png",
    ]  # fmt: skip
    with Image.open(taken("sheet")) as sheet:
        assert sheet.format == "PNG"


def test_numbers_and_notes_are_found(folder: Path, at: dict[str, str], opened: Opened) -> None:
    with open_project(folder) as project:
        record(project.store, "anna", [Decision("note", 33, "the keel is crooked")])
    page = opened(at["anna"])
    for query, number in (("0007", 7), ("note:crooked", 33)):
        page.fill("#query", query)
        page.press("#query", "Enter")
        page.wait_for_selector(f".tile[aria-setsize='1'][data-id='{number}']:not([hidden])")


def test_or_and_brackets_in_the_query_field_survive_the_filters(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["anna"])
    page.fill("#query", "id:3 or id:7")
    page.press("#query", "Enter")
    page.wait_for_selector(".counts:has-text('2 of 90')")
    page.click("#bar [data-action=find]")
    page.click("[data-state=unreviewed]")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === '(id:3 or id:7) is:unreviewed'")
    page.wait_for_selector(".counts:has-text('2 of 90')")
