"""Every frozen set is a version of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collection.store.publication_records import Deployment, Freeze, Mint
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe

SETTINGS = {"name": "Weather", "royalty_basis_points": 500}


def freeze(root: str) -> Freeze:
    return Freeze("ab" * 32, f"images-{root}", f"metadata-{root}", root, "cd" * 32, {"title": root})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Four images."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(4)])
    store.add_assets(
        [Asset(planned.id, planned.recipe, f"{planned.id:064x}", "p", 8, 8, 7) for planned in store.planned()]
    )
    return store


def keep(store: Store, root: str, assets: list[int]) -> Freeze:
    tokens = [(token, asset, f"i{asset}", f"{root}{token}") for token, asset in enumerate(assets, 1)]
    return store.add_freeze(freeze(root), tokens, f"inputs-{root}", {})


def shown(store: Store, version: Freeze | None = None) -> list[tuple[int, int, str, str]]:
    return [
        (token.token_id, token.asset.id, token.image_sha256, token.metadata_sha256) for token in store.tokens(version)
    ]


def test_a_new_freeze_leaves_the_earlier_ones_as_they_are(store: Store) -> None:
    first, second = keep(store, "one", [1, 2]), keep(store, "two", [2, 4, 3])
    assert store.freezes() == [first, second]
    assert store.frozen() == second
    assert store.frozen_as("one") == first
    assert store.frozen_as("three") is None
    assert shown(store, first) == [(1, 1, "i1", "one1"), (2, 2, "i2", "one2")]
    assert shown(store) == shown(store, second) == [(1, 2, "i2", "two1"), (2, 4, "i4", "two2"), (3, 3, "i3", "two3")]
    assert first.settings == {"title": "one"}


def test_the_same_content_again_is_the_same_version(store: Store) -> None:
    """Who takes a change back has the set, and the contract, that was there before."""
    first, _ = keep(store, "one", [1, 2]), keep(store, "two", [3])
    assert keep(store, "one", [1, 2]) == first == store.frozen()
    assert len(store.freezes()) == 2
    assert store.stage_inputs("freeze") == "inputs-one"


def test_counts_are_those_of_the_current_version(store: Store) -> None:
    keep(store, "one", [1, 2])
    first = store.add_deployment(Deployment(0, "embedded", 7, "0x1", "0xme", 0, "a", "one", "0xa", "confirmed"))
    store.record_mints(first.id, [Mint(1, "0xme", "0xb", "confirmed"), Mint(2, "0xme", "0xb", "confirmed")])
    store.record_verdicts(first.id, [(1, True), (2, True)])
    assert {name: store.counts()[name] for name in ("frozen", "minted", "verified")} == {
        "frozen": 2, "minted": 2, "verified": 2,
    }  # fmt: skip
    keep(store, "two", [1, 2, 3])
    assert {name: store.counts()[name] for name in ("frozen", "minted", "verified")} == {
        "frozen": 3, "minted": 0, "verified": 0,
    }  # fmt: skip
    keep(store, "one", [1, 2])
    assert store.counts()["minted"] == 2


def test_a_deployment_keeps_its_settings_and_its_block(store: Store) -> None:
    wanted = Deployment(0, "embedded", 7, "0x1", "0xme", 0, "a", "one", None, "intended", SETTINGS, 41)
    kept = store.add_deployment(wanted)
    assert (kept.settings, kept.block) == (SETTINGS, 41)
    store.update_deployment(kept.id, tx_hash="0xa", status="intended")
    assert store.deployments()[0].block == 41
    store.update_deployment(kept.id, tx_hash="0xa", status="confirmed", block=43)
    assert (store.deployments()[0].settings, store.deployments()[0].block) == (SETTINGS, 43)


OLDER = """
INSERT INTO asset VALUES (7, NULL, 'f7', 'p7', 8, 8, 9, '{}', '{}', 'then');
INSERT INTO asset VALUES (9, NULL, 'f9', 'p9', 8, 8, 9, '{}', '{}', 'then');
INSERT INTO freeze VALUES (1, 'pp', 'images', 'metadata', 'root', 'contract', 'then');
INSERT INTO token VALUES (1, 9, 'm1'), (2, 7, 'm2');
INSERT INTO deployment VALUES (3, 'anvil', 31337, '0x1', '0xme', 0, 'a', 'root', '0xa', 'confirmed', 'then');
INSERT INTO deployment VALUES (2, 'anvil', 31337, '0x2', '0xme', 1, 'a', 'gone', '0xb', 'confirmed', 'then');
"""


def test_an_older_project_keeps_its_frozen_set_and_its_contract(older_database: Callable[[str, str], Path]) -> None:
    store = Store(older_database("0011", OLDER))
    [version] = store.freezes()
    assert store.frozen() == version == Freeze("pp", "images", "metadata", "root", "contract", {}, id=1)
    assert shown(store, version) == [(1, 9, "f9", "m1"), (2, 7, "f7", "m2")]
    assert store.frozen_as("gone") is None
    assert [(each.id, each.settings, each.block) for each in store.deployments()] == [(2, None, None), (3, None, None)]
    kept = store.add_freeze(Freeze("p2", "i2", "m2", "r2", "c2"), [(1, 7, "f7", "n1")], "in", {})
    assert store.freezes() == [version, kept]
