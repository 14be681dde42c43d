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
from collection.store.records import Score

COUNT = 40
Opened = Callable[..., Any]


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
    folder: Path, at: dict[str, str], opened: Opened
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
    page.wait_for_selector(".counts:has-text('1 out')")
    assert events(folder, "ben")[1:] == [("flag", 2)]


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
