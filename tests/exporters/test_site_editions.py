"""Copies of the images (ERC-1155) in the gallery and in the proof."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.chain.copies import CopyPlan
from collection.project import open_project
from collection.stages.site import make_site
from collection.store.publication_records import Companion

COPIES = "0x" + "c0" * 20
ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
Visit = Callable[..., Any]


@pytest.fixture
def make(hats: Path, tmp_path: Path) -> Callable[..., Path]:
    """The gallery of the project once its copies are deployed, `copies` at most, as the chain stands."""

    def site(name: str, copies: int, minted: dict[int, int], closed: bool = False) -> Path:
        folder = Path(shutil.copytree(hats, tmp_path / name))
        with open_project(folder) as project:
            frozen = project.store.frozen()
            assert frozen
            settings = {"base_uri": f"ipfs://{frozen.metadata_cid}/", "copies": copies}
            project.store.add_companion(
                Companion(0, "editions", "sepolia", 11155111, COPIES, ALICE, 1, "a", settings, "0x2", "confirmed")
            )
            plan = CopyPlan(project.store, COPIES)
            plan.add({image: [(ALICE, count)] for image, count in minted.items()})
            plan.take({image: minted.get(image, 0) for image in (1, 2, 3)}, closed)
            make_site(project, tmp_path / f"{name}-site")
        return tmp_path / f"{name}-site"

    return site


def told(folder: Path) -> Any:
    text = (folder / "data" / "set.js").read_text()
    return json.loads(text.removeprefix("globalThis.COLLECTION_SET = ").removesuffix(";\n"))["editions"]


def test_the_size_of_each_edition(make: Callable[..., Path], gallery: Path) -> None:
    assert told(gallery) is None
    limited = told(make("limited", 50, {1: 7}))
    assert (limited["address"], limited["closed"], limited["sizes"]) == (COPIES, False, [50, 50, 50])
    assert told(make("open", 0, {1: 7}))["sizes"] == [0, 0, 0]
    closed = told(make("closed", 50, {1: 7, 3: 2}, closed=True))
    assert (closed["closed"], closed["sizes"]) == (True, [7, 0, 2]), "what there is, is all that there will be"


def test_the_gallery_says_it_of_each_token(make: Callable[..., Path], visited: Visit) -> None:
    page = visited(f"file://{make('closed', 50, {1: 7}, closed=True)}/index.html")
    page.wait_for_selector(".card:has-text('#1, rank') >> text=edition of 7")
    page.wait_for_selector(".card:has-text('#2, rank') >> text=no copies")
    page.click(".card:has-text('#1, rank') a")
    page.wait_for_selector("#token:has-text('edition of 7')")
    page.wait_for_selector(f"#token dt:has-text('Copies on sepolia') + dd:has-text('{COPIES}')")


def test_the_proof_takes_the_contract_of_copies(gallery: Path, visited: Visit, served: Any, node: str) -> None:
    page = visited(f"{served(gallery)}proof.html")
    page.wait_for_selector("#stop[hidden]", state="attached")
    page.fill("#node", node)
    page.fill("#address", COPIES)
    page.click("#form button")
    page.wait_for_selector("#said:has-text('Proven: 3 of 3 tokens')")
    assert f"the contract of copies {COPIES} on chain 11155111" in page.inner_text("#said")
    assert "edition of 50" in page.inner_text("#whole li:has-text('Copies of each image')")
    assert page.locator("#whole .wrong").count() == 0
