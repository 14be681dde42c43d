"""The gallery: from a disk and under a path, with filters, with owners from a node, and with ten thousand tokens."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from collection.errors import PublishError, UsageError
from collection.project import open_project
from collection.stages.export_set import export_set
from collection.stages.site import make_site

OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
Visit = Callable[..., Any]


def told(folder: Path) -> dict[str, Any]:
    text = (folder / "data" / "set.js").read_text()
    found = json.loads(text.removeprefix("globalThis.COLLECTION_SET = ").removesuffix(";\n"))
    assert isinstance(found, dict)
    return found


def cards(page: Any) -> list[str]:
    found = page.eval_on_selector_all(".card a", "all => all.map(one => one.href.match(/token=(\\d+)/)[1])")
    assert isinstance(found, list)
    return found


def test_the_folder_is_the_published_one_with_pages(gallery: Path, hats: Path) -> None:
    names = {str(path.relative_to(gallery)) for path in gallery.rglob("*") if path.is_file()}
    more = {"index.html", "proof.html", "data/set.js", "data/details/0.js", *(f"thumbs/{n}.webp" for n in (1, 2, 3))}
    assert more <= names
    with open_project(hats) as project:
        for token in project.store.tokens():
            assert (gallery / f"images/{token.token_id}.png").read_bytes() == project.files.read(token.image_sha256)
        frozen = project.store.frozen()
        assert frozen
        assert (gallery / "proof/manifest.json").read_bytes() == project.files.read(frozen.proof_sha256 or "", ".json")
    about = told(gallery)
    assert about["contract"]["explorer"] == "https://sepolia.etherscan.io"
    [hat] = [trait for trait in about["traits"] if trait["name"] == "Hat"]
    assert sorted(hat["values"][place] for place in hat["tokens"]) == ["cap", "cap", "crown, <b>golden</b>"]
    rare = hat["tokens"].index(hat["values"].index("crown, <b>golden</b>"))
    assert about["ranks"][rare] == 1


def test_no_page_names_a_script_style_or_picture_of_another_site(gallery: Path) -> None:
    for name in ("index.html", "proof.html"):
        text = (gallery / name).read_text()
        assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text)
        assert "{{policy}}" not in text and "{{title}}" not in text
        assert "<script>alert" not in text


def test_the_plain_export_tells_of_no_contract(hats: Path, tmp_path: Path) -> None:
    with open_project(hats) as project:
        export_set(project, "site", tmp_path / "plain")
    assert told(tmp_path / "plain")["contract"] is None
    assert (tmp_path / "plain" / "thumbs" / "3.webp").read_bytes()[8:12] == b"WEBP"


def test_what_cannot_be_written_into_a_page_is_refused(hats: Path, tmp_path: Path) -> None:
    with open_project(hats) as project:
        with pytest.raises(UsageError, match="--rpc is an address"):
            make_site(project, tmp_path / "a", node="env:SECRET")
        with pytest.raises(UsageError, match="no contract on base-sepolia"):
            make_site(project, tmp_path / "a", network="base-sepolia")
        with pytest.raises(UsageError, match="not an empty folder"):
            make_site(project, hats)
    (tmp_path / "collection.toml").write_text('title = "New"\nsupply = 1\nseed = "n"\n')
    with open_project(tmp_path) as project, pytest.raises(PublishError, match="nothing is frozen"):
        make_site(project, tmp_path / "a")


def test_a_hidden_set_is_not_shown_and_a_drawn_one_by_its_tokens(hats: Path, tmp_path: Path, visited: Visit) -> None:
    project_folder = Path(shutil.copytree(hats, tmp_path / "project"))
    with (project_folder / "collection.toml").open("a") as file:
        file.write('[reveal]\ndeadline = "2027-01-01T00:00Z"\n')
    with closing(sqlite3.connect(project_folder / "collection.db")) as database, database:
        database.execute("""update deployment set settings = '{"placeholder_uri": "ipfs://x"}'""")
    with open_project(project_folder) as project:
        with pytest.raises(PublishError, match="not revealed yet"):
            make_site(project, tmp_path / "a")
        address = project.store.deployments()[-1].address
        project.store.record_stage("reveal", address, {"offset": 1, "block": 5})
        make_site(project, tmp_path / "a")
    assert told(tmp_path / "a")["contract"]["offset"] == 1
    page = visited(f"file://{tmp_path}/a/index.html")
    assert page.evaluate("[1, 2, 3].map(tokenOnChain)") == [3, 1, 2]


def test_filters_search_and_a_token_from_a_disk(gallery: Path, visited: Visit) -> None:
    page = visited(f"file://{gallery}/index.html")
    assert cards(page) == ["1", "2", "3"]
    page.check("label:has-text('cap') input")
    page.wait_for_selector("#count:has-text('2 of 3 tokens')")
    left = cards(page)
    page.click(f".card a[href*='token={left[0]}']")
    page.wait_for_selector("#token dd:has-text('imported')")
    assert "SHA-256 of the image" in page.inner_text("#token")
    assert page.locator("#token b, #token script").count() == 0
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"#token:has-text('Token {left[1]} of 3')")
    page.keyboard.press("Escape")
    page.click("#clear")
    page.fill("#query", "2")
    page.wait_for_selector("#count:has-text('1 of 3')")
    page.select_option("#order", "rank")
    page.click("#clear")
    ranks = told(gallery)["ranks"]
    assert [ranks[int(token) - 1] for token in cards(page)] == sorted(ranks)
    assert all(url.startswith(("file://", "http://127.0.0.1")) for url in page.asked)


def test_the_address_keeps_what_was_chosen_under_a_path(gallery: Path, visited: Visit, served: Any) -> None:
    page = visited(f"{served(gallery)}index.html#trait+Hat=cap&order=rank&token=3")
    page.wait_for_selector("#token[open] dd")
    assert len(cards(page)) == 2
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    page.keyboard.press("Escape")
    assert page.evaluate("location.hash") == "#order=rank&trait+Hat=cap"


def test_owners_are_read_from_the_node_and_searched(gallery: Path, visited: Visit) -> None:
    page = visited(f"file://{gallery}/index.html")
    page.click("#read-owners")
    page.wait_for_selector("#owners-said:has-text('2 tokens, 1 owner')")
    page.fill("#query", OWNER[:12].lower())
    page.wait_for_selector("#count:has-text('2 of 3 tokens')")
    page.click(".card a")
    page.wait_for_selector(f"#token a[href='https://sepolia.etherscan.io/address/{OWNER}']")
    page.keyboard.press("Escape")
    page.fill("#query", "")
    page.click(".card a[href*='token=3']")
    page.wait_for_selector("#token dd:has-text('not minted yet')")


def test_a_burned_token_is_not_told_to_come_yet(gallery: Path, visited: Visit, burned: set[int]) -> None:
    burned.add(3)
    try:
        page = visited(f"file://{gallery}/index.html")
        page.click(".card a[href*='token=3']")
        page.wait_for_selector("#token dd:has-text('burned: it exists no more')")
        page.keyboard.press("Escape")
        page.click("#read-owners")
        page.wait_for_selector("#owners-said:has-text('2 tokens, 1 owner')")
    finally:
        burned.clear()


def test_a_node_of_another_chain_is_not_believed(changed: Path, visited: Visit) -> None:
    data = changed / "data" / "set.js"
    data.write_text(data.read_text().replace('"chain_id":11155111', '"chain_id":1'))
    page = visited(f"file://{changed}/index.html")
    page.click("#read-owners")
    page.wait_for_selector("#owners-said:has-text('of chain 11155111, not of chain 1')")


def test_ten_thousand_tokens_are_few_pictures(changed: Path, visited: Visit) -> None:
    about, many = told(changed), 10_000
    about |= {"tokens": many, "names": [f"Hat {n}" for n in range(1, many + 1)], "ranks": [*range(many, 0, -1)]}
    about["traits"] = [
        {"name": "Shade", "values": [str(n) for n in range(50)], "tokens": [n % 50 for n in range(many)]}
    ]
    (changed / "data" / "set.js").write_text(f"globalThis.COLLECTION_SET = {json.dumps(about)};")
    page = visited(f"file://{changed}/index.html")
    most = 120
    assert 0 < page.locator("img").count() < most
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector(".card a[href*='token=10000']")
    assert page.locator("img").count() < most
    page.focus(".card a[tabindex='0'], #query")
    page.evaluate("goToPlace(5000)")
    assert page.evaluate("document.activeElement.dataset.place") == "5000"
    page.keyboard.press("ArrowDown")
    columns = page.evaluate("grid.columns")
    assert page.evaluate("document.activeElement.dataset.place") == str(5000 + columns)
    page.check("#value-0-7")
    page.wait_for_selector("#count:has-text('200 of 10,000 tokens')")
    assert page.locator("#traits input").count() == 12


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_everybody_can_use_the_pages(
    gallery: Path, visited: Visit, axe: str, artefact: Callable[[Any, str], None], width: int, dark: bool
) -> None:
    for name, ready in {"index.html": ".card img", "index.html#token=1": "#token dd", "proof.html": "#form"}.items():
        page = visited(f"file://{gallery}/{name}", width, 844, dark)
        page.wait_for_selector(ready)
        if width < 760 and name == "index.html":
            page.click("#open-filters")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        artefact(
            page,
            f"site-{name.partition('.')[0]}-{'token-' if '#' in name else ''}{width}-{'dark' if dark else 'light'}",
        )
        page.evaluate(axe)
        found = page.evaluate("axe.run(document)")["violations"]
        assert not [(item["id"], [node["html"][:200] for node in item["nodes"][:3]]) for item in found]


def test_names_have_room_in_letters_of_twice_the_size(gallery: Path, visited: Visit) -> None:
    page = visited(f"file://{gallery}/index.html", 800, 600)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.reload()
    page.wait_for_selector(".card img")
    told = """() => [...document.querySelectorAll(".card")].flatMap((card) => {
      const [name, rank] = [...card.querySelectorAll("span")].map((one) => one.getBoundingClientRect());
      const letters = parseFloat(getComputedStyle(card).fontSize);
      const below = [...document.querySelectorAll(".card")].map((one) => one.getBoundingClientRect().top)
        .filter((top) => top > card.getBoundingClientRect().top + 1);
      return [name.height >= letters, rank.top >= name.bottom - 1, rank.bottom <= Math.min(Infinity, ...below)];
    })"""
    assert set(page.evaluate(told)) == {True}
