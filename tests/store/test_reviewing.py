from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import UsageError
from collection.store.judging_records import Score
from collection.store.records import Asset
from collection.store.review_records import Decision, LearnedPreference
from collection.store.store import Store
from collection.values import Recipe


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three images."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(3)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    return store


@pytest.mark.parametrize("statement", ["UPDATE review SET value = '\"reject\"'", "DELETE FROM review"])
def test_the_database_itself_refuses_to_change_what_was_said(store: Store, statement: str) -> None:
    said = store.add_reviews("ada", [Decision("flag", 1, "pick")], {})
    with sqlite3.connect(store.path) as connection, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        connection.execute(statement)
    assert store.reviews() == said


def test_the_events_of_an_action_share_the_number_of_the_first(store: Store) -> None:
    first = store.add_reviews("ada", [Decision("flag", 1, "pick"), Decision("flag", 2, "pick")], {"a": 1})
    second = store.add_reviews("ben", [Decision("pair", 1, "left", 3)], {})
    step = store.add_step("ada", "undo", {})
    assert [(event.id, event.batch) for event in [*first, *second]] == [(1, 1), (2, 1), (3, 3)]
    assert step == first
    assert store.reviews(after=3)[0].undoes == 1
    assert [event.id for event in store.reviews(asset_id=1)] == [1, 3, 4]
    assert [event.id for event in store.reviews(asset_id=1, kind="pair")] == [3, 4]
    assert [event.id for event in store.reviews(curator="ada")] == [1, 2, 4]
    assert store.last_review() == 4


def test_threads_write_together_and_a_refusal_is_only_its_own(store: Store) -> None:
    def vote(number: int) -> int | None:
        try:
            return store.add_reviews(f"curator {number}", [Decision("stars", number, 3)], {})[0].batch
        except UsageError:
            return None

    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(vote, [1, 2, 3, 4] * 40))
    assert [batch is None for batch in kept] == [False, False, False, True] * 40, "there is no image 4"
    assert sorted(filter(None, kept)) == [event.batch for event in store.reviews()]


def test_eight_writers_lose_nothing(store: Store) -> None:
    stores = [Store(store.path) for _ in range(8)]

    def vote(number: int) -> list[int]:
        mine = stores[number]
        return [mine.add_reviews(f"c{number}", [Decision("stars", 1, 1 + i % 5)], {})[0].id for i in range(12)]

    with ThreadPoolExecutor(8) as pool:
        ids = [found for one in pool.map(vote, range(8)) for found in one]
    assert sorted(ids) == [event.id for event in store.reviews()] == list(range(1, 97))


def test_what_was_acknowledged_outlives_its_process(store: Store) -> None:
    script = (
        "import os, sys; from pathlib import Path; from collection.store.review_records import Decision;"
        "from collection.store.store import Store; store = Store(Path(sys.argv[1]));"
        "[print(store.add_reviews('ada', [Decision('flag', 1, 'pick')], {})[0].id, flush=True) for _ in range(5)];"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(store.path)], capture_output=True, text=True)
    assert done.returncode == -9
    assert [int(line) for line in done.stdout.split()] == [event.id for event in store.reviews()] == [1, 2, 3, 4, 5]


OLDER = """
INSERT INTO asset VALUES (1, NULL, 'f1', 'p1', 8, 8, 9, '{}', '{}', 'then'),
(3, NULL, 'f3', 'p3', 8, 8, 9, '{}', '{}', 'x');
INSERT INTO choice VALUES (1, 'lock', '2026-02-02T00:00:00'), (3, 'reject', '2026-01-01T00:00:00');
"""


def test_locks_and_rejects_of_an_older_database_become_events(older_database: Callable[[str, str], Path]) -> None:
    again = Store(older_database("0008", OLDER))
    assert [(e.id, e.batch, e.curator, e.kind, e.asset_id, e.value) for e in again.reviews()] == [
        (1, 1, "curator", "flag", 3, "reject"), (2, 2, "curator", "lock", 1, True),
    ]  # fmt: skip
    assert again.add_reviews("ada", [Decision("flag", 1, "pick")], {})[0].id == 3


def test_a_learned_preference_replaces_the_one_of_its_name_and_its_scores(store: Store) -> None:
    for bias in (0.0, 1.0):
        learned = LearnedPreference("learned-preference", "encoder", np.array([0.5, -0.25]), bias, {"votes": 3})
        store.replace_learned_preference(learned, [Score(f"{1:064x}", "learned-preference", learned.sha256, bias)])
    (found,) = store.learned_preferences()
    assert (found.weight.tolist(), found.bias, found.report, found.sha256) == (
        [0.5, -0.25],
        1.0,
        {"votes": 3},
        learned.sha256,
    )
    assert [score.value for score in store.scores()] == [1.0]


def test_what_was_learned_in_an_older_database_keeps_its_scores_under_the_new_name(
    older_database: Callable[[str, str], Path],
) -> None:
    learned = "INSERT INTO taste VALUES ('taste:ada', 'encoder', x'0000000000000000', 1.0, '{}', 'now');"
    score = "INSERT INTO score VALUES ('f', 'taste:ada', 'taste:ada@1|encoder', 2.0, NULL);"
    other = "INSERT INTO score VALUES ('f', 'tastefulness', 'm', 3.0, NULL);"
    store = Store(older_database("0014", learned + score + other))
    assert [item.name for item in store.learned_preferences()] == ["learned-preference:ada"]
    with sqlite3.connect(store.path) as connection:
        kept = connection.execute("SELECT metric, model, value FROM score ORDER BY value").fetchall()
    assert kept == [("learned-preference:ada", "learned-preference:ada@1|encoder", 2.0), ("tastefulness", "m", 3.0)]


def test_what_one_reader_does_with_an_event_changes_it_for_nobody_else(store: Store) -> None:
    seen = {"scores": False, "filters": {"a": [1]}}
    for number in (1, 2):
        store.add_reviews("ada", [Decision("note", number, {"text": ["a"]})], seen)
    for event in store.reviews():
        event.seen.pop("scores")  # type: ignore[attr-defined]
        event.seen["filters"]["a"].append(2)
        event.value["text"].clear()
    assert [(event.seen, event.value) for event in store.reviews()] == [(seen, {"text": ["a"]})] * 2


@pytest.mark.parametrize("seen", [{"view": "grid"}, {"view": {"query": "sky:torn"}}, {"shown": [1, 2]}])
def test_no_reader_of_the_log_can_change_it_for_another(store: Store, seen: dict[str, Any]) -> None:
    store.add_reviews("ada", [Decision("flag", 1, "pick")], seen)
    (event,) = store.reviews()
    for change in (lambda: event.seen.clear(), lambda: event.seen["shown"].append(3), lambda: event.seen.pop("view")):
        with suppress(AttributeError, KeyError):
            change()
    assert [dict(event.seen) for event in store.reviews()] == [seen]
