"""The counters by which whoever keeps a copy knows that it is old."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import CollectionError
from collection.store.records import Asset, Decision, Duplicate, Score
from collection.store.store import Store
from collection.values import Recipe


def test_a_transaction_counts_once_in_each_part_that_it_wrote_to(tmp_path: Path) -> None:
    store = Store(tmp_path / "collection.db")

    def counted(*parts: str) -> None:
        nonlocal before
        after = store.changes()
        assert after == {what: count + (what in parts) for what, count in before.items()}
        before = after

    before = store.changes()
    assert before.keys() == {"images", "scores", "choice"}
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(20)])
    counted("images")
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    counted("images")
    store.add_judgements([Score(f"{number:064x}", "quality", "m", float(number)) for number in range(1, 21)])
    counted("scores")
    assert store.keep_percentiles({"quality": "m"}) == 20
    counted("scores")
    assert store.keep_percentiles({"quality": "m"}) == 0
    counted()
    store.replace_duplicates([Duplicate(2, 1, "phash", 1.0)], "x", {})
    counted("choice")
    store.add_reviews("ada", [Decision("flag", 1, "pick")], {})
    store.assets()
    counted()
    with pytest.raises(CollectionError, match="no room"), store._writing() as session:
        store._add_assets(session, [])
        session.connection().exec_driver_sql("DELETE FROM score")
        raise CollectionError("no room", "make some")
    counted()
    assert len(store.scores()) == 20
