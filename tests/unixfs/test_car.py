from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.errors import PinError
from collection.unixfs import Car, cid_bytes, graph_of, resolve, write_car
from collection.unixfs.cid import varint

TREE: dict[str, Any] = {
    "images": {"1.png": b"one" * 500_000, "2.png": b"two", "3.png": b"two"},
    "metadata": {"1.json": b"{}", "2.json": b"{}"},
    "collection.json": b'{"name":"Paper Weather"}',
}
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def car(tmp_path: Path) -> Path:
    graph, path = graph_of(TREE), tmp_path / "set.car"
    write_car(path, graph, graph.cid)
    return path


def test_content_is_read_by_path(car: Path) -> None:
    with Car(car) as blocks:
        assert blocks.root == graph_of(TREE).cid
        assert blocks.read("images/1.png") == TREE["images"]["1.png"]
        assert blocks.read("metadata/2.json") == b"{}"
        assert list(blocks.listing("images")) == ["1.png", "2.png", "3.png"]


def test_equal_content_is_stored_once(car: Path) -> None:
    # root, images, 1.png with its two chunks, one for 2.png and 3.png, metadata, one for both files, collection.json
    with Car(car) as blocks:
        assert len(blocks) == blocks.verify() == 9


def test_the_bytes_follow_the_carv1_specification(tmp_path: Path) -> None:
    graph, path = graph_of(b"hello world"), tmp_path / "small.car"
    write_car(path, graph, graph.cid)
    cid = cid_bytes(graph.cid)
    header = bytes.fromhex("a265726f6f747381d82a582500") + cid + bytes.fromhex("6776657273696f6e01")
    assert path.read_bytes() == varint(len(header)) + header + varint(36 + 11) + cid + b"hello world"


def test_one_graph_has_one_file(car: Path, tmp_path: Path) -> None:
    other = graph_of({name: TREE[name] for name in reversed(TREE)})
    write_car(tmp_path / "other.car", other, other.cid)
    assert (tmp_path / "other.car").read_bytes() == car.read_bytes()


def test_a_directory_inside_is_exported_with_its_blocks_alone(car: Path, tmp_path: Path) -> None:
    part, path = graph_of(TREE["images"]), tmp_path / "images.car"
    with Car(car) as blocks:
        write_car(path, blocks, resolve(blocks, blocks.root, "images"))
    write_car(tmp_path / "expected.car", part, part.cid)
    assert path.read_bytes() == (tmp_path / "expected.car").read_bytes()


def test_a_sharded_directory_is_read_from_a_car(tmp_path: Path, vector_directory: Callable[..., Any]) -> None:
    graph, path = graph_of({"metadata": vector_directory("unixfs-v1-2025", 4766, 11, 22)}), tmp_path / "shards.car"
    write_car(path, graph, graph.cid)
    with Car(path) as blocks:
        names = blocks.listing("metadata")
        assert sorted(names) == sorted(vector_directory("unixfs-v1-2025", 4766, 11, 22))
        assert blocks.read(f"metadata/{next(iter(names))}") == b"x"


SMALL = graph_of({"images": {"1.png": b"one", "2.png": b"two"}, "collection.json": b"{}"})


def _small(folder: Path) -> tuple[Path, bytes]:
    path = folder / "small.car"
    write_car(path, SMALL, SMALL.cid)
    return path, path.read_bytes()


def _names_the_file(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(PinError) as caught, Car(path) as blocks:
        blocks.verify()
    assert str(path) in caught.value.message or "block" in caught.value.message


@in_one_folder
@given(data=st.data())
def test_a_car_that_is_cut_off_anywhere_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path, whole = _small(tmp_path)
    _names_the_file(path, whole[: data.draw(st.integers(0, len(whole) - 1))])


@in_one_folder
@given(data=st.data())
def test_a_car_with_any_bit_turned_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path, whole = _small(tmp_path)
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    _names_the_file(path, whole[:at] + bytes((whole[at] ^ 1 << bit,)) + whole[at + 1 :])


@in_one_folder
@given(st.binary(max_size=200))
def test_any_other_file_is_refused(tmp_path: Path, data: bytes) -> None:
    _names_the_file(tmp_path / "other.car", data)


def test_damage_is_told_with_file_offset_and_cid(tmp_path: Path) -> None:
    path, whole = _small(tmp_path)
    at = whole.index(b"two")
    path.write_bytes(whole.replace(b"two", b"TWO"))
    with Car(path) as blocks, pytest.raises(PinError) as caught:
        blocks.read("images/2.png")
    cid = resolve(SMALL, SMALL.cid, "images/2.png")
    assert caught.value.message == f"{path} is damaged at byte {at}: block {cid} does not have its hash"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(car: Path, tmp_path: Path) -> None:
    before = car.read_bytes()
    source = tmp_path / "1.png"
    source.write_bytes(b"before")
    graph = graph_of({"a": b"a", "b": source})
    source.write_bytes(b"after")
    with pytest.raises(PinError):
        write_car(car, graph, graph.cid)
    assert car.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "set.car"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file where the folder should be")
    with pytest.raises(PinError) as caught:
        write_car(tmp_path / "taken" / "set.car", SMALL, SMALL.cid)
    assert str(tmp_path / "taken" / "set.car") in caught.value.message
