"""Assisted culling: sliders preselect with a reason, in stacks too, and one action rejects each for its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.curate.reviews.log import record, review_states
from collection.project import open_project
from collection.store.judging_records import Duplicate, Score
from collection.store.review_records import Decision

COUNT = 24


@pytest.fixture(scope="module")
def measured(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 images: 1 to 5 blurred, 4 to 6 dark; 3 is a duplicate of 2; ben has picked 1, which says nothing of anna."""
    folder = tmp_path_factory.mktemp("measured")
    with many_images.make(folder, COUNT) as project:
        assets = {asset.id: asset.file_sha256 for asset in project.store.assets()}
        blurred = [Score(assets[n], "sharpness", "m", 0.1 * n if n < 6 else 1.0) for n in assets]
        dark = [Score(assets[n], "highlights", "m", 0.2 if 4 <= n <= 6 else 0.9) for n in assets]
        project.store.add_judgements([*blurred, *dark])
        project.store.replace_duplicates([Duplicate(3, 2, "phash", 2.0)], "test", {})
        record(project.store, "ben", [Decision("flag", 1, "pick")])
    return folder


def said(folder: Path) -> dict[int, str]:
    with open_project(folder) as project:
        states = review_states(project.store, "anna")
    return {number: state.reasons.get("anna", "") for number, state in states.items() if state.flags}


def slide(page: Any, issue: str, to: float) -> None:
    page.eval_on_selector(
        f"[data-issue={issue}] input[type=range]",
        "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); }",
        to,
    )


def test_sliders_preselect_each_with_its_reason(
    measured: Path,
    serving: Callable[..., dict[str, str]],
    opened: Callable[..., Any],
    sent: Callable[[Any], None],
) -> None:
    at = serving(measured)
    page = opened(at["anna"] + "&view=cull")
    page.wait_for_selector("[data-issue=blurred] output:text-is('off')")
    slide(page, "blurred", 0.55)
    page.wait_for_selector("[data-issue=blurred] output:has-text(': 5 images')")
    slide(page, "dark", 0.5)
    page.wait_for_selector(".panel output:has-text('6 of 6 images preselected')")
    assert "blurred: sharpness 0.4, under 0.5" in page.get_attribute("#image-4", "aria-label")
    page.click("#image-1", modifiers=["Control"])  # takes it out
    page.wait_for_selector(".panel output:has-text('5 of 6 images preselected')")
    page.click("button:has-text('Reject the 5, each for its reason')")
    page.wait_for_selector(".panel output:has-text('1 of 1 image preselected')")
    sent(page)
    assert said(measured) == {2: "blurred", 3: "blurred", 4: "dark", 5: "dark", 6: "dark"}, "the first of its defects"
    page.keyboard.press("Control+z")
    page.wait_for_selector(".counts:has-text('0 reviewed')")
    page.keyboard.press("d")
    page.wait_for_selector(".fault-said:has-text('blurred: sharpness 0.2')")
    page.click("button:has-text('Reject the 2 preselected')")
    page.wait_for_function("() => document.getElementById('status').textContent.includes('each for its reason')")
    assert said(measured) == {2: "blurred", 3: "blurred"}


def test_the_query_holds_and_reviewed_images_stay(
    measured: Path, serving: Callable[..., dict[str, str]], opened: Callable[..., Any]
) -> None:
    page = opened(serving(measured)["ben"] + "&view=cull&q=id:1-3+or+id:9")
    slide(page, "blurred", 1)
    page.wait_for_selector("[data-issue=blurred] output:has-text(': 2 images')")
    page.check("[data-issue=duplicate] input")
    page.wait_for_selector("[data-issue=duplicate] output:has-text('1 image')")
