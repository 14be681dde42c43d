"""A room of twelve small pictures, and curators who come in by their links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.images import encode_png
from collection.project import Project, open_project
from collection.store.records import Asset, Duplicate, Embedding, Score
from collection.values import sha256_hex
from collection.web.access import Keys, open_keys
from collection.web.app import create_app

CONFIG = """\
title = "Room <script>alert(1)</script>"
supply = 4
candidates = 12
seed = "room"

[image]
size = 64

[styles.woodblock]
[styles.ink]

[[series]]
name = "day"
prompt = "noon over the <b>harbour</b>"
blend = { woodblock = 0.7, ink = 0.3 }

[[series]]
name = "night"
prompt = "the moon"
blend = { ink = 1 }

[traits.sky]
weight = { clear = 2, torn = 1 }
"""
CURATORS = ("anna", "bob")
Client = Callable[[str], TestClient]


def fill(project: Project) -> None:
    """Images of one colour each, with scores and vectors as the judge would leave them; 12 is a duplicate of 11."""
    store, model = project.store, project.nearness.model
    store.replace_plan(project.plan.recipes)
    assets, rng = [], np.random.default_rng(1)
    for planned in store.unmade():
        png = encode_png(np.full((64, 64, 3), 20 * planned.id, dtype=np.uint8), planned.recipe)
        sha256 = project.files.add(png)
        assets.append(Asset(planned.id, planned.recipe, sha256, sha256_hex(png[::-1]), 64, 64, len(png)))
    store.add_assets(assets)
    vectors = rng.normal(size=(len(assets), 1280)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.add_judgements(
        [Score(asset.file_sha256, "quality", "test", 8.0 * asset.id) for asset in assets],
        [Embedding(asset.file_sha256, model, vector) for asset, vector in zip(assets, vectors, strict=True)],
    )
    store.replace_duplicates([Duplicate(12, 11, "phash", 2.0)], "x", {})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "collection.toml").write_text(CONFIG)
    with open_project(tmp_path) as project:
        fill(project)
        yield project


@pytest.fixture
def keys(project: Project) -> Keys:
    return open_keys(project.folder, CURATORS)


@pytest.fixture
def app(project: Project, keys: Keys) -> Iterator[FastAPI]:
    app = create_app(project, keys)
    yield app
    app.state.room.close()


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    """Somebody without a key."""
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def client(app: FastAPI, keys: Keys) -> Client:
    """A curator's page: came in by the link, and says that it is ours."""

    def come_in(curator: str) -> TestClient:
        client = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
        assert client.get("/", params={"token": keys.token(curator)}).status_code == 200
        return client

    return come_in


@pytest.fixture
def anna(client: Client) -> TestClient:
    return client("anna")


@pytest.fixture
def bob(client: Client) -> TestClient:
    return client("bob")
