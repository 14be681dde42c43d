"""IPFS nodes on loopback, without peers, in temporary folders; and a small frozen set."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from collection.ipfs.car_store import CarStore
from collection.ipfs.kubo import Kubo
from collection.ipfs.pinner import Pinner
from collection.store.files import Files
from collection.store.publication_records import Freeze
from collection.store.records import Asset
from collection.store.store import Store
from collection.unixfs import directory_cid, graph_of, write_car
from collection.values import Recipe

from .nodes import JS_IPFS, running


@pytest.fixture(scope="session")
def js_ipfs(
    repository: Path, missing: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a js-ipfs node of this session."""
    node, script = shutil.which("node"), repository / JS_IPFS
    if node is None or not script.is_file():
        missing("js-ipfs is not installed: npm install --prefix tests/node")
    with running([node, str(script)], tmp_path_factory.mktemp("js-ipfs")) as address:
        yield address


@pytest.fixture(scope="session")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Kubo node of this session; its tests are opt_in, because no package index has it."""
    with running(["ipfs"], tmp_path_factory.mktemp("kubo"), {"AutoConf": {"Enabled": False}}) as address:
        yield address


@pytest.fixture(params=["car", "js-ipfs", pytest.param("kubo", marks=pytest.mark.opt_in("ipfs"))])
def pinner(request: pytest.FixtureRequest, tmp_path: Path) -> Pinner:
    """Each storage in turn."""
    if request.param == "car":
        return CarStore(tmp_path / "cars")
    return Kubo(request.getfixturevalue(request.param.replace("-", "_")), seconds=60)


@pytest.fixture
def make_car(tmp_path: Path) -> Callable[[Any], tuple[Path, str]]:
    """(CAR file, root) of a directory given as a mapping."""

    def make(tree: Any) -> tuple[Path, str]:
        graph = graph_of(tree)
        path = tmp_path / "made" / f"{graph.cid}.car"
        write_car(path, graph, graph.cid)
        return path, graph.cid

    return make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(tmp_path / "collection.db")
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def frozen(store: Store, files: Files) -> Freeze:
    """Three tokens, frozen as the freeze stage does it."""
    images = [files.add(b"picture %d" % number * 100_000) for number in (1, 2, 3)]
    metadata = [files.add(b'{"name":"Storm #%d"}' % number, ".json") for number in (1, 2, 3)]
    contract = files.add(b'{"name":"Paper Weather"}', ".json")
    recipes = [Recipe("painter", "painter/1", seed, 8, 8) for seed in (1, 2, 3)]
    store.replace_plan(recipes)
    store.add_assets(
        [
            Asset(number, recipe, file_sha256=image, pixel_sha256=image, width=8, height=8, size=900_000)
            for number, (recipe, image) in enumerate(zip(recipes, images, strict=True), 1)
        ]
    )
    published: dict[str, Any] = {
        "images": {f"{number}.png": files.path(image) for number, image in enumerate(images, 1)},
        "metadata": {f"{number}.json": files.path(entry, ".json") for number, entry in enumerate(metadata, 1)},
        "collection.json": files.path(contract, ".json"),
    }
    freeze = Freeze(
        provenance="00" * 32,
        images_cid=directory_cid(published["images"]),
        metadata_cid=directory_cid(published["metadata"]),
        root_cid=directory_cid(published),
        contract_metadata_sha256=contract,
    )
    entries = [(number, number, *pair) for number, pair in enumerate(zip(images, metadata, strict=True), 1)]
    store.add_freeze(freeze, entries, "in", {})
    return freeze
