"""What docs/review.md says of the room is so: its keys are the page's, and every query is understood."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from collection.curate.search.catalogue import Catalogue, RankingContext, Snapshot
from collection.curate.search.find import STATES, find
from collection.judge.encoders.text_tower import TextTower
from collection.project import open_project
from collection.store.judging_records import Embedding, Score
from collection.store.records import Asset, PlannedRecipe


class Words:
    """An encoder that knows one direction."""

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.fixture(scope="module")
def text(repository: Path) -> str:
    return (repository / "docs" / "review.md").read_text()


@pytest.fixture(scope="module")
def demo(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The plan of the demo collection, as if its images were made and judged."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(repository / "samples" / "paper-weather" / "collection.toml", folder)
    with open_project(folder) as project:
        store = project.store
        store.replace_plan(project.plan.recipes)
        store.add_assets([_seen(planned) for planned in store.planned()])
        files = [asset.file_sha256 for asset in store.assets()]
        store.add_judgements(
            [Score(sha256, "quality", "m", float(place)) for place, sha256 in enumerate(files)],
            [Embedding(sha256, "e", np.ones(1, dtype=np.float32)) for sha256 in files],
        )
        return Catalogue(store, lambda: RankingContext({"quality": "m"}, "e", dict, TextTower(Words()))).now()


def test_every_query_is_understood(text: str, demo: Snapshot) -> None:
    section = text.split("## Asking for images")[1].split("\n## ")[0]
    queries = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    queries += re.findall(r"pick '([^']+)'", section)
    assert len(queries) > 10
    for query in queries:
        find(demo, query, "anna")
    assert find(demo, "Weather:Rain", "anna"), "the traits are those of the demo"


def test_every_state_is_told(text: str) -> None:
    for state in STATES:
        assert re.search(rf"(`|:){state}\b", text), state


def test_the_keys_are_those_of_the_page(
    repository: Path, text: str, links: dict[str, str], opened: Callable[..., Any]
) -> None:
    review_page = module(repository / "packaging" / "review_page.py")
    actions = opened(links["anna"]).evaluate(review_page.KEYS)
    assert text == review_page.with_keys(text, actions), "run `make pictures`"


def test_the_keys_of_lightroom_are_the_sums_of_their_steps(repository: Path, text: str) -> None:
    for name, task in module(repository / "benchmarks" / "lightroom.py").TASKS.items():
        assert task.count == sum(step.times * step.letters for step in task.steps)
        row = rf"^\| {re.escape(name)} \| \d+ \| {re.escape(str(task))} \|$"
        assert re.search(row, text, re.MULTILINE), f"{name}: run `python benchmarks/keys.py --write`"


def test_every_view_is_told(text: str, links: dict[str, str], opened: Callable[..., Any]) -> None:
    tabs = opened(links["anna"]).locator("[data-view-tab]").all_text_contents()
    section = text.split("## Views")[1].split("\n## ")[0]
    assert re.findall(r"^\| (\w+) \|", section, re.MULTILINE)[1:] == tabs


def _seen(planned: PlannedRecipe) -> Asset:
    sha256 = f"{planned.id:064x}"
    return Asset(planned.id, planned.recipe, sha256, sha256, 8, 8, 1, features={"Weather": "Rain"})


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
