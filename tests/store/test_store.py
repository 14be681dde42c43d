from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import collection.store.migrations as migrations
from collection.errors import ProjectError
from collection.store.judging_records import Duplicate, Embedding, Fingerprint, Score
from collection.store.migrations import HEAD
from collection.store.publication_records import Deployment, Freeze, Mint, Pin
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import Failure, Recipe


def recipe(seed: int) -> Recipe:
    return Recipe("painter", "painter/1", seed, 64, 64, series="main")


def asset(number: int, made_from: Recipe | None) -> Asset:
    return Asset(number, made_from, f"{number:064x}", f"{number + 1000:064x}", 64, 64, 100, {"engine": "x"}, {"a": "b"})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "collection.db")


@pytest.fixture
def filled(store: Store) -> Store:
    """Four recipes, four images."""
    store.replace_plan([recipe(seed) for seed in range(4)])
    store.add_assets([asset(planned.id, planned.recipe) for planned in store.unmade()])
    return store


def test_the_database_is_in_wal_mode_and_of_the_newest_schema(store: Store) -> None:
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_the_migrations_make_what_the_tables_say(older_database: Callable[[str, str], Path]) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlmodel import SQLModel, create_engine

    with create_engine(f"sqlite:///{older_database(HEAD, '')}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head() == HEAD


def test_a_new_database_is_what_the_migrations_make(
    tmp_path: Path, older_database: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = dump(older_database(HEAD, ""))
    Store(tmp_path / "new.db").close()
    assert dump(tmp_path / "new.db") == wanted, "run `python packaging/schema.py`"
    older = tmp_path / "older.sql"
    older.write_text("\n\n".join(dump(older_database("0020", ""))[1:-1]))
    monkeypatch.setattr(migrations, "NEWEST", older)
    Store(tmp_path / "newer.db").close()
    assert dump(tmp_path / "newer.db") == wanted, "migrations that are newer than the statements are run"


def dump(path: Path) -> list[str]:
    """The statements that make this database."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_database_of_a_newer_version_is_refused(store: Store) -> None:
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ProjectError, match="newer Collection"):
        Store(store.path)


def test_recipes_keep_their_numbers_and_retired_ones_their_images(filled: Store) -> None:
    added, retired = filled.replace_plan([recipe(2), recipe(3), recipe(9)])
    assert (added, retired) == (1, 2)
    assert [planned.id for planned in filled.planned()] == [3, 4, 5]
    assert [planned.recipe.seed for planned in filled.unmade()] == [9]
    assert [item.id for item in filled.assets()] == [3, 4]
    filled.replace_plan([recipe(0)])
    assert [item.id for item in filled.assets()] == [1], "an image of an earlier plan comes back with its recipe"


def test_an_image_is_recorded_once(filled: Store) -> None:
    before = filled.assets()
    filled.add_assets([asset(1, recipe(0))])
    assert filled.assets() == before
    assert before[0].features == {"a": "b"}


def test_what_is_unscored_depends_on_metric_and_model(filled: Store) -> None:
    first = filled.assets()[0]
    filled.add_judgements(
        [Score(first.file_sha256, "quality", "m1", 50.0)],
        [Embedding(first.file_sha256, "m1", np.array([0.6, 0.8], np.float32))],
        {first.file_sha256: Fingerprint((2**64 - 1, 5))},
    )
    assert [item.id for item in filled.assets_without_score("quality", "m1")] == [2, 3, 4]
    assert len(filled.assets_without_score("quality", "m2")) == 4
    assert len(filled.assets_without_score("other", "m1")) == 4
    assert [item.id for item in filled.assets_without_embedding("m1")] == [2, 3, 4]
    assert [item.id for item in filled.assets_without_fingerprint()] == [2, 3, 4]
    ids, vectors = filled.embeddings("m1")
    assert ids == [1]
    np.testing.assert_allclose(vectors, [[0.6, 0.8]], atol=1e-3)
    assert filled.hashes() == {first.file_sha256: (2**64 - 1, 5)}


def test_scores_of_two_models_stand_side_by_side_and_a_new_value_replaces_the_old(filled: Store) -> None:
    sha256 = filled.assets()[0].file_sha256
    for model, value in [("m1", 1.0), ("m2", 2.0), ("m1", 3.0)]:
        filled.add_judgements([Score(sha256, "quality", model, value)])
    assert [(score.model, score.value) for score in filled.scores()] == [("m1", 3.0), ("m2", 2.0)]


def test_a_whole_set_stage_remembers_what_it_looked_at(filled: Store) -> None:
    assert filled.stage_inputs("dedupe") is None
    filled.replace_duplicates([Duplicate(2, 1, "phash", 3.0)], "abc", {"groups": 1})
    filled.replace_selection([Selection(1, 1, "best")], "def", {"selected": 1})
    assert filled.stage_inputs("dedupe") == "abc"
    assert filled.stage_report("select") == {"selected": 1}
    assert filled.duplicates() == [Duplicate(2, 1, "phash", 3.0)]
    filled.replace_duplicates([], "ghi", {})
    assert filled.duplicates() == []
    assert filled.selection() == [Selection(1, 1, "best")]


def test_failures_are_named_until_they_are_mended(store: Store) -> None:
    store.record_failures("generate", [Failure("0001", "black"), Failure("0002", "NaN")])
    store.record_failures("generate", [Failure("0002", "black")], mended=["0001"])
    assert store.failures("generate") == [Failure("0002", "black")]
    assert store.failures("score") == []


def test_the_way_of_a_token_through_the_tables(filled: Store) -> None:
    frozen = Freeze("ab" * 32, "images", "metadata", "root", "cd" * 32)
    filled.add_freeze(frozen, [(1, 3, "i1", "m1"), (2, 1, "i2", "m2")], "inputs", {})
    assert filled.frozen() == replace(frozen, id=1)
    assert [(token.token_id, token.asset.id) for token in filled.tokens()] == [(1, 3), (2, 1)]
    filled.record_pin(Pin("root", "car", "intended", 5, 100))
    assert filled.counts()["pinned"] == 0
    filled.record_pin(Pin("root", "car", "pinned", 5, 100))
    assert filled.pins() == [Pin("root", "car", "pinned", 5, 100)]
    wanted = Deployment(0, "embedded", 7, "0xabc", "0xdef", 0, "a", "root", None, "intended")
    deployment = filled.add_deployment(wanted)
    assert filled.add_deployment(wanted).id == deployment.id, "the same address on the same chain is one contract"
    filled.update_deployment(deployment.id, tx_hash="0x1", status="confirmed")
    assert filled.deployment(7, "root") == filled.deployments()[0]
    assert filled.deployment(8, "root") is None
    filled.record_mints(deployment.id, [Mint(1, "0xme", None, "intended"), Mint(2, "0xme", None, "intended")])
    filled.record_mints(deployment.id, [Mint(1, "0xme", "0x2", "confirmed")])
    filled.record_verdicts(deployment.id, [(1, True), (2, False)])
    assert filled.counts() == {
        "planned": 4, "imported": 0, "generated": 4, "scored": 0, "duplicates": 0, "selected": 0, "frozen": 2,
        "pinned": 2, "minted": 1, "verified": 1,
    }  # fmt: skip
    filled.drop_deployment(deployment.id)
    assert filled.deployments() == []
    assert filled.counts()["minted"] == 0


def test_two_writers_wait_for_each_other(filled: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    stores = [Store(filled.path) for _ in range(4)]

    def write(number: int) -> None:
        stores[number % 4].record_failures("stage", [Failure(f"{number}", "why")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    assert len(filled.failures("stage")) == 40


def test_what_was_made_tells_how_long_the_rest_will_take(store: Store) -> None:
    assert store.measured() == (None, None)
