"""Stacks, duel, lineage, the set, people and work, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.curate.reviews.log import record
from collection.project import open_project
from collection.store.judging_records import Duplicate
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.values import sha256_hex

VIEWS = {
    "stacks": ".card img[src]", "duel": ".side img", "lineage": ".relative img[src]", "set": ".tokens img[src]",
    "people": ".card img[src]", "map": ".clusters form", "cull": ".panel .empty", "jobs": ".card img[src]",
}  # fmt: skip
OTHERS = {"grid": "> *", "loupe": "> *", "compare": "> *", "survey": "> *", "help": "> *"}
"""Of these, test_views.py asks for more."""
CHILD = 41
SETTLED = {"label-content-name-mismatch": {"enabled": False}}
"""The signs on a picture, such as "×2 87", are no name to call it by: its label says them in words."""
ASKED: dict[str, dict[str, Any]] = {
    "wide": {},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
"""What axe is asked, by the size: all, and in the dark what it says of colours, since only they are others."""
VIOLATIONS = """async options => (await axe.run(document, {resultTypes: ["violations"], ...options})).violations
  .map(({id, nodes}) => [id, nodes.slice(0, 3).map(({html}) => html.slice(0, 200))])"""
EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def family(many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 40 images, a stack of three, a child of 3 and 14, and votes of two curators, whose words are markup.

    Its trait values, prompts, series and notes carry script tags.
    """
    folder = tmp_path_factory.mktemp("family")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many_images, "SKIES", (f"clear {EVIL}", "torn", 'violet "dawn", \\ late'))
        patch.setattr(many_images, "SERIES", ("Shores", EVIL, "Plains"))
        many_images.make(folder, 40)
    with open_project(folder) as project:
        recipes = {item.id: item.recipe for item in project.store.recipes()}
        parents = (recipes[3].sha256, recipes[14].sha256)
        (child,) = project.store.add_recipes([replace(recipes[3], seed=999, parents=parents)], "breed")
        sha256 = sha256_hex(b"image 1")
        project.store.add_assets([Asset(child.id, child.recipe, sha256, sha256, 256, 256, 0)])
        twins = [Duplicate(11, 10, "phash", 2.0), Duplicate(12, 10, "cosine", 0.03), Duplicate(31, 30, "pixels", 0.0)]
        project.store.replace_duplicates(twins, "test", {})
        for who, flags in {"anna": "pick", "ben": "reject"}.items():
            record(project.store, who, [Decision("flag", 20, flags), Decision("note", 20, f"{who} says {EVIL}")])
            record(project.store, who, [Decision("flag", 21, "pick"), Decision("stars", 21, 4)])
    return folder


@pytest.fixture(scope="module")
def family_links(family: Path, serving: Callable[..., dict[str, str]]) -> dict[str, str]:
    return serving(family)


@pytest.fixture(scope="module")
def graded_links(graded: Path, serving: Callable[..., dict[str, str]]) -> dict[str, str]:
    return serving(graded)


def status(page: Any, words: str) -> None:
    page.wait_for_function("words => document.querySelector('#status').textContent.includes(words)", arg=words)


def ids(page: Any, selector: str) -> list[int]:
    found = page.eval_on_selector_all(selector, "all => all.map(one => Number(one.dataset.id))")
    assert isinstance(found, list)
    return found


def chosen(page: Any) -> int:
    return int(page.get_attribute(".card[aria-selected=true]", "data-id"))


def test_every_view_at_every_size_and_axe_finds_nothing(
    family_links: dict[str, str], walked: Callable[[str], Any], axe: str, subtests: Any
) -> None:
    walk = walked(f"{family_links['anna']}&at={CHILD}")
    if walk.size in ASKED:
        walk.page.evaluate(axe)
    for view, sign in {**VIEWS, **OTHERS}.items():
        with subtests.test(view):
            walk.show(view, sign)
            if view == "grid":
                walk.page.keyboard.press("Home")  # from where there is more than one to compare
            walk.fits()
            if walk.size in ASKED:
                assert not walk.page.evaluate(VIOLATIONS, {"rules": SETTLED, **ASKED[walk.size]})


def test_markup_stays_text_in_every_view(family_links: dict[str, str], opened: Opened) -> None:
    page = opened(family_links["anna"] + "&at=20")
    page.keyboard.press("i")
    page.wait_for_selector("#facts:has-text('anna says <script>')")
    for view in ("grid", "loupe", "compare", "survey", *VIEWS, "help"):
        page.evaluate("view => document.querySelector(`[data-view-tab=${view}]`).click()", view)
        page.wait_for_selector(f"#view[data-view={view}] > *")
        if view in VIEWS:
            page.wait_for_selector(VIEWS[view])
        if view == "set":
            page.wait_for_selector("th button")
            assert EVIL in page.text_content(".panel")
        assert page.locator("script:not([src])").count() == page.locator("img[onerror]").count() == 0
        assert page.title() == "Many Images"


class TestStacks:
    def test_keys(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["anna"])
        page.keyboard.press("d")
        page.wait_for_selector(VIEWS["stacks"])
        assert ids(page, ".card") == [10, 12, 11]
        assert [words.strip() for words in page.locator(".caption span").all_text_contents()] == [
            "stands for the others", "cosine 0.970", "2 bits apart",
        ]  # fmt: skip
        page.keyboard.press("ArrowRight")
        assert chosen(page) == 12
        page.keyboard.press("ArrowDown")
        page.wait_for_selector(".card[data-id='30']")
        assert ids(page, ".card") == [30, 31]
        page.keyboard.press("ArrowUp")
        page.wait_for_selector(".card[data-id='11']")

    def test_one_is_kept_and_the_rest_rejected(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["anna"] + "&view=stacks&stack=10")
        page.wait_for_selector(VIEWS["stacks"])
        page.click(".card[data-id='11'] img")
        page.keyboard.press("Shift+P")
        status(page, "kept 0011, rejected 2 others")
        page.wait_for_selector(".card[data-id='30']")
        page.keyboard.press("ArrowUp")
        page.wait_for_selector(".card[data-id='11'] .tile[data-flag=pick]")
        page.wait_for_function("() => document.querySelectorAll('.tile[data-flag=reject]').length === 2")
        page.keyboard.press("Control+z")
        page.wait_for_function("() => !document.querySelector('.tile[data-flag=reject]')")
        assert page.locator(".tile[data-flag=pick]").count() == 0

    def test_what_is_no_duplicate_is_taken_out(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["anna"] + "&view=stacks&stack=10")
        page.wait_for_selector(VIEWS["stacks"])
        page.click(".card[data-id='12'] img")
        page.keyboard.press("Shift+U")
        status(page, "0012 is a picture of its own now")
        assert "says anna" in page.text_content(".card[data-id='12'] .caption")
        page.reload()
        page.wait_for_selector(VIEWS["stacks"])
        page.click(".card[data-id='12'] img")
        page.keyboard.press("Shift+U")
        status(page, "0012 is back in its stack")

    def test_the_slider_loosens_and_tightens(self, graded_links: dict[str, str], opened: Opened) -> None:
        page = opened(graded_links["anna"] + "&view=stacks")
        page.wait_for_selector(VIEWS["stacks"])
        assert sorted(ids(page, ".card")) == [1, 2]
        assert "as dedupe found them" in page.text_content(".slider")
        page.focus("#nearer")
        page.keyboard.press("Home")
        page.wait_for_selector(".card[data-id='3']")
        assert sorted(ids(page, ".card")) == [1, 2, 3]
        assert "7 bits, cosine 0.850" in page.text_content(".slider")
        assert "Only to look at" in page.text_content("#view")
        status(page, "no farther neighbours are kept")
        page.keyboard.press("End")
        page.wait_for_selector("#view:has-text('No stack is that near')")
        assert page.evaluate("document.activeElement.id") == "nearer", "the keys go on moving it"
        page.keyboard.press("Home")
        page.wait_for_selector(".card[data-id='3']")
        page.keyboard.press("End")
        page.click("text=As dedupe found them")
        page.wait_for_selector(".card[data-id='2']")
        assert sorted(ids(page, ".card")) == [1, 2]

    def test_without_kept_neighbours_there_is_no_slider(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["anna"] + "&view=stacks&stack=10")
        page.wait_for_selector(VIEWS["stacks"])
        assert page.is_hidden("#nearer")


class TestDuel:
    def test_answers_by_key_and_touch_without_scores(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["ben"])
        sent: list[dict[str, Any]] = []
        page.on("request", lambda request: sent.append(request.post_data_json) if "/events" in request.url else None)
        page.keyboard.press("v")
        sides = "() => [...document.querySelectorAll('.side')].map(one => one.ariaLabel).join()"
        for act in (
            lambda: page.keyboard.press("ArrowLeft"), lambda: page.keyboard.press("ArrowUp"),
            lambda: page.keyboard.press("ArrowDown"), lambda: page.click(".side:last-child"),
        ):  # fmt: skip
            page.wait_for_selector(".pairwise:not([aria-busy])")
            before = page.evaluate(sides)
            act()
            page.wait_for_function(f"before => ({sides})() !== before", arg=before)
        said = [item["decisions"][0]["value"] for item in sent]
        assert said == ["left", "tie", "skip", "right"]
        assert not any(item["seen"]["scores"] for item in sent)
        assert "score" not in page.inner_text("#view").lower()
        assert "4 answers of yours" in page.inner_text(".question")
        page.keyboard.press("Control+z")
        status(page, "undone")
        page.wait_for_function("() => document.querySelector('.question').textContent.includes('3 answers')")


class TestLineage:
    def test_the_tree_is_walked_by_keys(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(f"{family_links['anna']}&at={CHILD}")
        page.keyboard.press("y")
        page.wait_for_selector(VIEWS["lineage"])
        assert sorted(ids(page, ".relative")) == [3, 14, CHILD]
        assert page.locator(".lines path").count() == 2
        at = "[role=tree] [aria-selected=true]"
        assert page.get_attribute(at, "data-id") == str(CHILD)
        page.keyboard.press("ArrowLeft")
        parent = page.get_attribute(at, "data-id")
        assert parent in ("3", "14")
        assert "parent" in page.get_attribute(at, "aria-label")
        page.keyboard.press("ArrowDown" if parent == "3" else "ArrowUp")
        assert {parent, page.get_attribute(at, "data-id")} == {"3", "14"}
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.relative').length === 2")
        assert CHILD in ids(page, ".relative")
        page.keyboard.press("p")
        page.wait_for_selector(".relative .tile[data-flag=pick]")
        page.keyboard.press("Control+z")
        page.wait_for_function("() => !document.querySelector('.relative .tile[data-flag=pick]')")

    def test_parents_and_child_at_a_size_to_compare(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(f"{family_links['anna']}&view=lineage&of={CHILD}&at={CHILD}")
        page.wait_for_selector(VIEWS["lineage"])
        wide = "document.querySelector('.relative .tile').getBoundingClientRect().width"
        before = page.evaluate(wide)
        assert before > 200
        page.keyboard.press("+")
        assert page.evaluate(wide) > before
        page.keyboard.press("c")
        page.wait_for_selector("#view[data-view=compare] figure")
        labels = page.eval_on_selector_all("figure", "all => all.map(one => Number(one.ariaLabel.slice(0, 4)))")
        assert sorted(labels) == [3, 14, CHILD]


class TestSet:
    def test_the_slider_redraws_the_set_and_the_choice_is_written(
        self, family_links: dict[str, str], opened: Opened
    ) -> None:
        page = opened(family_links["anna"])
        page.keyboard.press("b")
        page.wait_for_selector(VIEWS["set"])
        tiles = "[...document.querySelectorAll('.tokens .tile:not([hidden])')]"
        drawn = f"() => {tiles}.map(one => one.dataset.id).sort().join()"
        before = page.evaluate(drawn)
        page.focus("#diversity")
        page.keyboard.press("End")
        page.wait_for_function(f"before => ({drawn})() !== before", arg=before)
        assert "diversity 1.00" in page.text_content(".panel")
        page.wait_for_selector("#costs .row")
        page.click("text=Write this selection")
        page.click("dialog button.strong")
        status(page, "24 of 24 tokens chosen")
        page.wait_for_selector("text=The same images as in the selection")
        page.click(".tokens .tile:not([hidden]) img")
        out = page.evaluate("Number(document.querySelector('.tile.cursor').dataset.id)")
        page.keyboard.press("x")
        page.wait_for_function(f"out => /\\d out/.test(document.querySelector('.panel').textContent) && "
                               f"!({drawn})().split(',').includes(String(out))", arg=out)  # fmt: skip
        page.keyboard.press("Control+z")
        page.wait_for_selector("text=The same images as in the selection")

    def test_a_rarity_leads_to_its_images(self, family_links: dict[str, str], opened: Opened) -> None:
        page = opened(family_links["anna"] + "&view=set")
        for value in (f"clear {EVIL}", 'violet "dawn", \\ late', "torn"):
            page.wait_for_selector("th button")
            page.get_by_role("button", name=value, exact=True).click()
            page.wait_for_selector("#view[data-view=grid]")
            page.wait_for_selector(".virtual-grid .tile[data-id]:not([hidden])")
            page.go_back()


def test_filters_of_values_that_hold_commas(family_links: dict[str, str], opened: Opened) -> None:
    page = opened(family_links["anna"])
    page.click("#bar [data-action=find]")
    page.click("#find summary:text-is('sky')")
    chosen = "() => [...document.querySelectorAll('#find [data-word][aria-pressed=true]')].map(one => one.dataset.word)"
    words = ['violet "dawn", \\ late', f"clear {EVIL}", "torn"]
    for count, word in enumerate(words, 1):
        page.click(f"#find [data-word^='{word[:5]}']")
        page.wait_for_function(f"count => ({chosen})().length === count", arg=count)
    assert sorted(page.evaluate(chosen)) == sorted(words)
    page.wait_for_selector(".counts:text-matches('^41 images')")
    page.click("#find [data-word=torn]")
    page.wait_for_function(f"() => ({chosen})().length === 2")
    assert set(page.evaluate(chosen)) == set(words[:2])


class TestPeople:
    def test_votes_are_hidden_until_you_vote(self, family_links: dict[str, str], opened: Opened) -> None:
        anna = opened(family_links["anna"] + "&at=35")
        anna.keyboard.press("p")
        status(anna, "picked 0035")
        ben = opened(family_links["ben"] + "&at=35")
        ben.keyboard.press("i")
        ben.wait_for_selector("#facts h2:has-text('0035')")
        assert "anna" not in ben.inner_text("#facts")
        ben.keyboard.press("a")  # stay on it
        ben.keyboard.press("x")
        ben.wait_for_function("() => document.querySelector('#facts').textContent.includes('anna')")
        ben.keyboard.press("q")
        ben.wait_for_selector(".card[data-id='35']")
        assert "you: reject; anna: pick" in ben.inner_text(".card[data-id='35']")
        ben.click("text=Go through them")
        ben.wait_for_selector("#view[data-view=loupe]")

    def test_agreement_in_words_and_the_log(self, family_links: dict[str, str], opened: Opened) -> None:
        anna = opened(family_links["anna"] + "&view=people")
        anna.wait_for_selector(".agreed")
        assert re.search(r"alpha -?\d\.\d\d", anna.inner_text("#view"))
        with anna.expect_download() as download:
            anna.click("text=Download the log")
        assert download.value.suggested_filename == "reviews.jsonl"
        assert anna.locator(".link input").count() == 2
        ben = opened(family_links["ben"] + "&view=people")
        ben.wait_for_selector(".agreed")
        assert ben.locator(".link input").count() == ben.locator("text=Download the log").count() == 0


class TestWork:
    @pytest.fixture
    def small(self, many_images: ModuleType, tmp_path: Path, begin_room: Callable[..., Any]) -> Iterator[str]:
        many_images.make(tmp_path / "small", 4)
        server, links = begin_room(tmp_path / "small", "anna")
        yield links["anna"]
        server.end()

    def test_a_job_is_begun_followed_in_every_view_and_stopped(self, small: str, opened: Opened) -> None:
        page = opened(small)
        page.keyboard.press("s")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("s")
        page.keyboard.press("j")
        page.wait_for_selector("text=About 2 selected images: 0001, 0002")
        page.fill("input[name=children]", "600")
        page.click("form button:has-text('Breed')")
        page.wait_for_selector("#jobs progress")
        page.keyboard.press("g")
        page.wait_for_selector("#view[data-view=grid]")
        page.wait_for_function(
            "() => / of 6\\d\\d · .*left/.test(document.querySelector('#jobs').textContent)", timeout=60_000
        )
        page.click("#jobs button:has-text('Cancel')")
        page.wait_for_selector("#jobs:has-text('stopped; what was made is kept')", timeout=60_000)
        page.click("#jobs button:has-text('Put away')")
        assert page.is_hidden("#jobs")

    def test_what_cannot_be_done_says_why(self, small: str, opened: Opened) -> None:
        page = opened(small + "&view=jobs")
        page.click("form button:has-text('Variations')")
        page.wait_for_selector("#jobs[data-tone=failed]", timeout=60_000)
        assert "diffusion" in page.inner_text("#jobs")
        page.wait_for_selector(".past [data-state=failed]")
