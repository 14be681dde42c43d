"""Shares of a frozen set: each token tells its own, the set the mean, and both stay as they were frozen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collection.config import Config
from collection.publish.freeze import freeze, pending
from collection.publish.rewrite import lost, rewrite
from collection.publish.settings import config_of
from collection.publish.versions import difference
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import Recipe, Style, StyleBlend

STYLES = {name: Style(name) for name in ("ink", "paper")}
BLENDS: list[dict[str, float]] = [{"ink": 1}, {"ink": 1, "paper": 3}]
ARTISTS = [{"name": "Ada"}, {"name": "Ben", "share": 0}]


def config(share: float = 40, **more: Any) -> Config:
    styles = {"ink": {"artist": "Ben", "share": share}, "paper": {}}
    value = {"title": "x", "supply": 2, "seed": 1, "artists": ARTISTS, "styles": styles}
    return Config.model_validate(value | more)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def store(tmp_path: Path, files: Files) -> Store:
    store = Store(tmp_path / "collection.db")
    blends = [StyleBlend.of(weights, STYLES) for weights in BLENDS]
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, "main", blend=b) for seed, b in enumerate(blends)])
    images = [(item, files.add(b"image %d" % item.id)) for item in store.planned()]
    store.add_assets([Asset(item.id, item.recipe, file, f"{item.id:064x}", 8, 8, 7) for item, file in images])
    store.replace_selection([Selection(number, number, "best") for number in (1, 2)], "x", {})
    return store


def test_tokens_and_set_tell_their_shares_and_keep_them(store: Store, files: Files) -> None:
    freeze(store, files, config())
    tokens = store.tokens()
    told = [json.loads(files.read(token.metadata_sha256, ".json"))["properties"] for token in tokens]
    by_style = {
        token.asset.recipe.blend.leading: said for token, said in zip(tokens, told, strict=True) if token.asset.recipe
    }
    assert by_style["ink"]["shares"] == [{"name": "Ada", "share": 60}, {"name": "Ben", "share": 40}]
    assert by_style["paper"]["shares"] == [{"name": "Ada", "share": 90}, {"name": "Ben", "share": 10}]
    assert all(said["artists"] == [{"name": "Ada", "share": 75}, {"name": "Ben", "share": 25}] for said in told)
    assert pending(store, config()) == 0 and not difference(store, config()).settings
    changed = config(50)
    assert pending(store, changed) == 2
    assert set(difference(store, changed).settings) == {"artists", "credits.styles.ink.share"}


def test_metadata_is_written_again_as_it_was(store: Store, files: Files) -> None:
    freeze(store, files, config())
    frozen = store.frozen()
    assert frozen
    for token in store.tokens():
        files.path(token.metadata_sha256, ".json").unlink()
    rewrite(store, files, config(99), frozen)
    assert lost(store, files) == 0
    assert [artist.share for artist in config_of(config(99), frozen)[0].artists] == [75, 25]


def test_where_nobody_is_credited_nothing_is_said_of_it(store: Store, files: Files) -> None:
    freeze(store, files, config(styles={"ink": {}, "paper": {}}, artists=[{"name": "Ada"}]))
    frozen = store.frozen()
    assert frozen and "credits" not in frozen.settings
    told = [json.loads(files.read(token.metadata_sha256, ".json"))["properties"] for token in store.tokens()]
    assert all("shares" not in said and said["artists"] == [{"name": "Ada", "share": 100}] for said in told)
