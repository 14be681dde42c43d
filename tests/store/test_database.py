"""The file under the store: where it lies, and what is said when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collection.errors import ConflictError, ErrorKind, UnavailableError
from collection.store.store import Store
from collection.values import Failure, canonical_json, sha256_hex


@pytest.mark.parametrize(
    "name", ["who?a", "a?mode=memory", "50%", "%41", "a#b", "a b", "a;b", "a&b", "[a]", "\u05d0", "a:b@c/d"]
)
def test_the_database_lies_in_its_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    store = Store(folder / "collection.db")
    store.record_failures("stage", [Failure("1", "why")])
    store.close()
    assert (folder / "collection.db").is_file()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder] == []
    assert Store(folder / "collection.db").failures("stage") == [Failure("1", "why")]


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "collection.db"
    path.write_bytes(data)
    with pytest.raises(UnavailableError, match="db is damaged") as caught:
        Store(path)
    assert "backup" in str(caught.value.hint)
    assert caught.value.kind is ErrorKind.UNAVAILABLE


def test_a_place_where_no_file_can_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot write"):
        Store(tmp_path / "missing" / "collection.db")
    (tmp_path / "collection.db").mkdir()
    with pytest.raises(UnavailableError, match="cannot write"):
        Store(tmp_path / "collection.db")


def test_a_database_that_another_program_keeps_locked_is_a_conflict(tmp_path: Path) -> None:
    store = Store(tmp_path / "collection.db", busy_seconds=0.05)
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConflictError, match="locked") as caught:
            store.record_failures("stage", [Failure("1", "why")])
        assert "close that program" in str(caught.value.hint)
        assert store.failures("stage") == [], "who reads need not wait"
        other.execute("ROLLBACK")
    store.record_failures("stage", [Failure("1", "why")])


def test_more_subjects_than_a_statement_takes_variables(tmp_path: Path) -> None:
    store = Store(tmp_path / "collection.db")
    subjects = [f"{number}" for number in range(40_000)]
    store.record_failures("stage", [Failure("39999", "why")])
    store.record_failures("stage", [], subjects)
    assert store.failures("stage") == []


def test_the_diversity_that_people_chose_keeps_until_the_configuration_changes(tmp_path: Path) -> None:
    store = Store(tmp_path / "collection.db")
    assert store.diversity(0.3) == 0.3
    store.set_diversity(0.7, 0.3)
    store.set_diversity(0.1 + 0.2, 1 / 3)
    assert (store.diversity(1 / 3), store.diversity(0.3333)) == (0.1 + 0.2, 0.3333)
    assert (store.stage_inputs("diversity"), store.stage_report("diversity")) == (None, {})


def test_a_diversity_that_was_kept_as_a_stage_moves_to_its_place(older_database: Callable[[str, str], Path]) -> None:
    report = """'{"diversity":0.85}'"""
    row = f"('diversity', '0.3', {report}, '2026-01-01T00:00:00+00:00')"
    store = Store(older_database("0011", f"INSERT INTO stage_run VALUES {row}"))
    assert (store.diversity(0.3), store.diversity(0.4)) == (0.85, 0.4)
    assert store.stage_inputs("diversity") is None


def test_recipes_of_an_older_database_take_the_field_s_words(older_database: Callable[[str, str], Path]) -> None:
    """The fields have their new names, and children the new hashes of their parents and of those they stand for."""
    target = {"generator": "diffusion", "model": "m", "seed": 2, "width": 64, "height": 64, "options": {"batch": 2}}
    parent = {
        "generator": "diffusion", "model": "m", "seed": 1, "width": 64, "height": 64, "sketch": "ab" * 32,
        "mask": "cd" * 32, "toward": target, "late_blend": [{"name": "ink", "weight": 1.0}],
        "options": {"batch": 4, "t": 0.25, "switch": 0.5, "ip_scale": 0.6, "long_prompt": "cut", "steps": 3},
    }  # fmt: skip
    old = sha256_hex(canonical_json(parent))
    child = {"generator": "painter", "model": "painter/1", "seed": 3, "width": 64, "height": 64, "parents": [old]}
    rows = [(1, child, "variants", old), (2, parent, "config", None)]  # a child may come before its parent
    inserted = "".join(
        "INSERT INTO recipe (id, sha256, series, body, planned, origin, retired, stands_for) VALUES "
        f"({number}, '{sha256_hex(canonical_json(body))}', '', '{canonical_json(body).decode()}', 1, '{origin}', 0, "
        f"{repr(stands_for) if stands_for else 'NULL'});"
        for number, body, origin, stands_for in rows
    )
    record = "INSERT INTO asset VALUES (1, 1, 'f', 'p', 64, 64, 9, '{\"licence\":\"MIT\"}', '{}', 'now');"
    store = Store(older_database("0013", inserted + record))
    made, first = (item.recipe for item in store.planned())
    assert (first.init_image, first.mask_image, first.switch_to.leading) == ("ab" * 32, "cd" * 32, "ink")
    assert first.options == {
        "batch_size": 4, "alpha": 0.25, "switch_at": 0.5, "ip_adapter_scale": 0.6, "long_prompt": "truncate",
        "steps": 3,
    }  # fmt: skip
    assert first.interpolation_target is not None
    assert first.interpolation_target.options == {"batch_size": 2}
    assert made.parents == (first.sha256,)
    assert [item.generator for item in store.assets()] == [{"license": "MIT"}]
    with sqlite3.connect(store.path) as connection:
        kept = connection.execute("SELECT sha256, origin, stands_for FROM recipe ORDER BY id").fetchall()
    assert kept == [(made.sha256, "variations", first.sha256), (first.sha256, "config", None)]


def test_what_is_read_in_one_moment_is_one_state_whatever_others_write(tmp_path: Path) -> None:
    first, second, path = [Failure("1", "why")], [Failure("1", "another")], tmp_path / "collection.db"
    store, other = Store(path), Store(path)
    store.record_failures("stage", first)
    with store.one_moment(), store.one_moment():
        assert store.failures("stage") == first
        other.record_failures("stage", second)
        assert store.failures("stage") == first
        with ThreadPoolExecutor(1) as beside:
            assert beside.submit(store.failures, "stage").result() == second, "a moment is a thread's own"
        store.record_failures("another stage", first)
        assert store.failures("stage") == second, "after what it writes itself, a new moment begins"
    other.record_failures("stage", first)
    assert store.failures("stage") == first


def test_what_is_read_once_a_moment_is_read_again_in_the_next_and_after_writing(tmp_path: Path) -> None:
    store, reads = Store(tmp_path / "collection.db"), []

    def read() -> int:
        reads.append(len(reads))
        return len(reads)

    assert [store.once_a_moment("name", read) for _ in range(2)] == [1, 2], "without a moment each time"
    with store.one_moment():
        assert [store.once_a_moment(name, read) for name in ("name", "name", "another")] == [3, 3, 4]
        store.record_failures("stage", [Failure("1", "why")])
        assert store.once_a_moment("name", read) == 5
    with store.one_moment():
        assert store.once_a_moment("name", read) == 6
