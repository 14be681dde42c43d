"""The counters by which whoever keeps a copy knows that it is old."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from collection.errors import CollectionError
from collection.store.judging_records import Duplicate, Score
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import Recipe


def test_a_transaction_counts_in_each_part_that_it_wrote_to(tmp_path: Path) -> None:
    store = Store(tmp_path / "collection.db")

    def counted(*parts: str) -> None:
        nonlocal before
        after = store.changes()
        assert {what for what, count in after.items() if count > before[what]} == {*parts}
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


WRITES = {
    "images": ["UPDATE asset SET size = 2 WHERE id = 1", "DELETE FROM recipe WHERE id = 3"],
    "scores": ["INSERT OR REPLACE INTO score VALUES ('a', 'quality', 'm', 1, NULL)", "REPLACE INTO embedding {}"],
    "choice": [
        "WITH more AS (SELECT 2, 'x') INSERT INTO selection (asset_id, rank, why) SELECT 1, * FROM more",
        "delete from duplicate where asset_id = 2",
    ],
}


@pytest.mark.parametrize(("part", "statement"), [(part, one) for part, found in WRITES.items() for one in found])
def test_what_another_program_writes_is_seen_however_it_says_it(tmp_path: Path, part: str, statement: str) -> None:
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(3)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()[:2]])
    store.replace_duplicates([Duplicate(2, 1, "phash", 1.0)], "x", {})
    before, commits = store.changes(), store.commits()
    with sqlite3.connect(store.path) as other:
        other.execute(statement.format("(file_sha256, model, vector) VALUES ('a', 'm', x'0000')"))
    after = store.changes()
    assert {what for what in before if after[what] != before[what]} == {part}
    assert store.commits() != commits
