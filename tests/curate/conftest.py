"""Projects with images and votes, without any picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collection.store.judging_records import Score
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe

Gallery = Callable[[int], Store]


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """A store with that many images of one series; the lower the number, the better by the metric quality."""

    def build(count: int) -> Store:
        store = Store(tmp_path / "collection.db")
        store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, series="a") for seed in range(count)])
        store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
        store.add_judgements([Score(f"{n:064x}", "quality", "m", -float(n)) for n in range(1, count + 1)])
        return store

    return build
