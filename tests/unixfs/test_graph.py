from __future__ import annotations

import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import PinError
from collection.unixfs import Reader, content, directory_cid, file_cid, graph_of, listing, read, resolve
from collection.unixfs.chunks import AHEAD
from collection.unixfs.profiles import Profile

CHUNK = 1 << 20

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)
TREES = st.recursive(st.binary(max_size=40), lambda below: st.dictionaries(NAMES, below, max_size=5), max_leaves=12)
DIRECTORIES = st.dictionaries(NAMES, TREES, max_size=5)
untimed = settings(deadline=None)


def files_of(tree: Any, path: str = "") -> dict[str, bytes]:
    if isinstance(tree, bytes):
        return {path: tree}
    return {where: data for name, below in tree.items() for where, data in files_of(below, f"{path}/{name}").items()}


def turned_round(tree: Any) -> Any:
    if isinstance(tree, bytes):
        return tree
    return {name: turned_round(tree[name]) for name in reversed(tree)}


@untimed
@given(DIRECTORIES)
def test_what_was_put_in_is_read_back_by_its_path(tree: Any) -> None:
    graph = graph_of(tree)
    assert list(listing(graph, graph.cid)) == sorted(tree)
    for path, data in files_of(tree).items():
        assert read(graph, graph.cid, path) == data


@untimed
@given(DIRECTORIES)
def test_the_order_of_the_names_does_not_matter(tree: Any) -> None:
    assert directory_cid(turned_round(tree)) == directory_cid(tree)


@untimed
@given(DIRECTORIES, NAMES, st.binary(max_size=8))
def test_another_content_has_another_cid(tree: Any, name: str, data: bytes) -> None:
    changed = {**tree, name: data}
    assert (directory_cid(changed) == directory_cid(tree)) == (tree.get(name) == data)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_a_file_on_disk_is_its_bytes(tmp_path: Path, size: int) -> None:
    path, data = tmp_path / "file", random.Random(size).randbytes(size)
    path.write_bytes(data)
    graph = graph_of(path)
    assert graph.cid == file_cid(data)
    assert b"".join(content(graph, graph.cid)) == data


@pytest.mark.parametrize(("version", "raw"), [(1, True), (0, False)])
def test_a_file_of_more_chunks_than_a_node_has_links_is_read_back(version: int, raw: bool) -> None:
    narrow = Profile("narrow", version, 3, 2, raw_leaves=raw, shard_by_links=False)
    for size in range(60):
        data = random.Random(size).randbytes(size)
        graph = graph_of(data, narrow)
        assert read(graph, graph.cid) == data


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(64 * CHUNK)
    tracemalloc.start()
    file_cid(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (AHEAD + 4) * CHUNK


@pytest.mark.parametrize("count", [4_700, 5_300, 7_000])
def test_a_sharded_directory_finds_every_name_and_no_other(count: int) -> None:
    rng = random.Random(count)
    entries: dict[str, Any] = {f"{number}-{rng.randrange(10**6)}.png": rng.randbytes(3) for number in range(count)}
    graph = graph_of(entries)
    assert listing(graph, graph.cid) == {name: file_cid(entries[name]) for name in sorted(entries)}
    for name in rng.sample(sorted(entries), 50):
        assert read(graph, graph.cid, name) == entries[name]
        with pytest.raises(PinError, match="holds no"):
            resolve(graph, graph.cid, name + "x")


def test_a_sharded_directory_does_not_depend_on_order(vector_directory: Any) -> None:
    entries = vector_directory("unixfs-v1-2025", 4766, 11, 22)
    assert directory_cid(turned_round(entries)) == directory_cid(entries)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "\ud800"])
def test_a_name_that_no_directory_can_hold_is_refused(name: str) -> None:
    with pytest.raises(PinError) as caught:
        directory_cid({name: b""})
    assert repr(name) in caught.value.message


def test_a_path_that_is_not_there_is_named_with_the_step_that_failed() -> None:
    graph = graph_of({"images": {"1.png": b"1"}})
    with pytest.raises(PinError, match=r"/images holds no '2.png'"):
        resolve(graph, graph.cid, "images/2.png")
    with pytest.raises(PinError, match=r"/images/1.png holds no 'x'"):
        resolve(graph, graph.cid, "images/1.png/x")


def test_a_directory_is_no_file_and_a_file_no_directory() -> None:
    graph = graph_of({"1.png": b"1"})
    with pytest.raises(PinError, match="is a directory"):
        read(graph, graph.cid)
    with pytest.raises(PinError, match="is a file"):
        listing(graph, file_cid(b"1"))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PinError) as caught:
        graph_of({"1.png": tmp_path / "gone.png"})
    assert "gone.png" in caught.value.message


def test_a_file_that_changes_after_its_cid_was_taken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(b"before")
    graph = graph_of({"1.png": path})
    path.write_bytes(b"after!")
    with pytest.raises(PinError) as caught:
        read(graph, graph.cid, "1.png")
    assert "1.png changed" in caught.value.message


@pytest.mark.parametrize("count", [300, 6_000])
def test_every_file_of_a_directory_is_found_by_decoding_each_block_once(count: int) -> None:
    """A plain directory and one of shards: the work of reading a set grows with its tokens and no faster."""
    graph = graph_of({f"{number}.json": b"%d" % number for number in range(count)})
    asked: list[bytes] = []

    class Counted:
        def block(self, cid: bytes) -> bytes:
            asked.append(cid)
            return graph.block(cid)

    reader = Reader(Counted())
    for number in range(0, count, 7):
        assert b"".join(reader.content(f"ipfs://{graph.cid}/{number}.json")) == b"%d" % number
    leaves = len(range(0, count, 7))
    assert len(asked) == len(set(asked)), "no block is asked for twice"
    assert len(asked) <= leaves + count / 8 + 2
