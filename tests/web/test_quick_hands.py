"""Keys that are held or pressed quickly, and double clicks: each decides once, about what its curator saw."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.curate.selection.select import select
from collection.project import open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Score

COUNT = 40
Opened = Callable[..., Any]
Hold = Callable[[Any, str], Callable[[], None]]


@pytest.fixture(scope="module")
def folder(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 images, 1 to 9 blurred, with a written selection."""
    folder = tmp_path_factory.mktemp("quick")
    with many_images.make(folder, COUNT) as project:
        assets = project.store.assets()
        scores = [Score(one.file_sha256, "sharpness", "m", 0.05 * one.id if one.id < 10 else 1.0) for one in assets]
        project.store.add_judgements(scores)
        select(project.store, judges_of(project).criteria())
    return folder


@pytest.fixture(scope="module")
def at(folder: Path, serving: Callable[..., dict[str, str]]) -> dict[str, str]:
    return serving(folder, "anna", "ben", "cleo", "dora")


def events(folder: Path, curator: str) -> list[tuple[str, int]]:
    """What a curator said, of what."""
    with open_project(folder) as project:
        return [(event.kind, event.asset_id) for event in project.store.reviews(curator=curator)]


def hold(page: Any, key: str, times: int = 4) -> None:
    """Press a key and hold it until it came again so many times."""
    for _ in range(1 + times):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_a_held_arrow_answers_one_duel_and_decides_once_in_compare(
    folder: Path, at: dict[str, str], opened: Opened, sent: Callable[[Any], None]
) -> None:
    page = opened(at["ben"] + "&view=duel")
    page.wait_for_selector(".side img")
    first = page.get_attribute(".side >> nth=0", "aria-label")
    hold(page, "ArrowLeft")
    page.wait_for_function("first => document.querySelector('.side').ariaLabel !== first", arg=first)
    hold(page, "F8")  # is nothing: all keys before it are through
    assert [kind for kind, _ in events(folder, "ben")] == ["pair"]
    page.goto(re.sub("view=.*", "view=compare&ids=1,2", page.url))
    page.wait_for_selector("figure.active .pane img[src]")
    hold(page, "ArrowDown")
    page.wait_for_selector(".counts:has-text('1 rejected')")
    sent(page)
    assert events(folder, "ben")[1:] == [("flag", 2)]


def test_a_double_click_answers_one_duel(folder: Path, at: dict[str, str], opened: Opened) -> None:
    page = opened(at["cleo"] + "&view=duel")
    page.wait_for_selector(".side img")
    box = page.locator(".side >> nth=1").bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    first = page.get_attribute(".side >> nth=0", "aria-label")
    page.mouse.click(*place)
    page.wait_for_function("first => document.querySelector('.side').ariaLabel !== first", arg=first)
    second = page.get_attribute(".side >> nth=0", "aria-label")
    page.mouse.down(click_count=2)  # the second of two, on a pair that was there for no time
    page.mouse.up(click_count=2)
    assert page.locator(".pairwise[aria-busy]").count() == 0, "no answer is on its way"
    assert page.get_attribute(".side >> nth=0", "aria-label") == second
    assert [kind for kind, _ in events(folder, "cleo")] == ["pair"]


def test_a_token_moves_as_often_as_its_key_is_pressed(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["anna"] + "&view=set&order=hand")
    page.wait_for_selector(".order .tile.cursor")
    page.keyboard.press("Home")
    moved = page.get_attribute(".order .tile.cursor", "data-id")
    for _ in range(3):
        page.keyboard.press("]")
    page.wait_for_selector("#status:has-text('is token 4 of the next freeze')")
    assert page.get_attribute(f"#image-{moved}", "aria-posinset") == "4"
    page.reload()
    page.wait_for_selector(".order p:has-text('the first 4 by hand')")
    assert page.get_attribute(f"#image-{moved}", "aria-posinset") == "4"
    page.click("button:has-text('All by rule')")
    page.click("dialog button:has-text('Cancel')")  # what took long to arrange is not gone by one click
    page.wait_for_selector(".order p:has-text('the first 4 by hand')")


def test_what_was_taken_out_of_the_cull_stays_out(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["dora"] + "&view=cull")
    page.wait_for_selector("[data-issue=blurred] output:text-is('off')")
    slide = "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); }"
    page.eval_on_selector("[data-issue=blurred] input[type=range]", slide, 0.27)
    page.wait_for_selector(".panel output:has-text('5 of 5 images preselected')")
    page.click("#image-2", modifiers=["Control"])
    page.wait_for_selector(".panel output:has-text('4 of 5 images preselected')")
    page.eval_on_selector("[data-issue=blurred] input[type=range]", slide, 0.37)
    page.wait_for_selector(".panel output:has-text('6 of 7 images preselected')")
    page.click("button:has-text('Preselect all again')")
    page.wait_for_selector(".panel output:has-text('7 of 7 images preselected')")


def test_what_was_put_aside_outlives_a_refresh(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["dora"] + "&view=survey&ids=11,12,13,14")
    page.wait_for_selector(".survey > div.active[data-id='11']")
    page.keyboard.press("Delete")
    page.wait_for_selector("button:has-text('reject the 1 put aside')")
    page.keyboard.press("r")
    page.wait_for_selector("#status:has-text('40 images')")
    page.wait_for_selector("button:has-text('reject the 1 put aside')")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".survey > div[data-id='11']")


def test_a_press_on_a_fact_narrows_a_query_with_or(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["dora"] + "&q=id:3+or+id:7+or+id:8&at=7")
    page.wait_for_selector("#image-7.cursor")
    page.keyboard.press("i")
    page.click("#facts .chip[title^='only series:']")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q').startsWith('(id:3 or id:7 or id:8) s')")
    page.wait_for_selector(".counts:text-matches('^[12] of 40')")


def test_a_tag_makes_a_query_for_tags_stale(at: dict[str, str], opened: Opened) -> None:
    page = opened(at["dora"] + "&q=-tag:quay&at=5")
    page.wait_for_selector("#image-5.cursor")
    page.keyboard.press("k")
    page.keyboard.type("quay")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bar [data-action=refresh]:not([hidden])")


def test_no_picture_stands_for_another_that_is_decided_about(at: dict[str, str], opened: Opened, hold: Hold) -> None:
    page = opened(at["dora"] + "&view=loupe&at=3")
    page.wait_for_selector(".pane img[src]:not(.coming)")
    release = hold(page, "**/api/assets?ids=*")
    page.keyboard.press("End")
    page.wait_for_selector("#decide .target:has-text('0040')")
    shown = page.get_attribute(".pane img", "src")  # its own, where the page had asked for it before
    assert shown is None or "/images/40/" in shown, "the decision would be about 40"
    release()
    page.wait_for_selector(".pane img[src][alt='0040']:not(.coming)")
    release = hold(page, "**/images/1/**")
    page.keyboard.press("Home")
    page.wait_for_selector(".pane img.coming[alt='0001']", state="attached")
    assert not page.is_visible(".pane img")
    release()
    page.wait_for_selector(".pane img:not(.coming)")
