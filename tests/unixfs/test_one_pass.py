"""A CAR file written while its graph is made: the same root and blocks as the graph that is walked, read back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.errors import PinError
from collection.unixfs import Car, WrongRootError, directory_cid, graph_of, link_to, write_car, write_entry_car

CHUNK = 1 << 20

CONTENT = st.binary(max_size=20) | st.sampled_from([b"x" * CHUNK, b"x" * (CHUNK + 1), bytes(2 * CHUNK)])
TREES = st.recursive(CONTENT, lambda inner: st.dictionaries(st.sampled_from("abcde"), inner, max_size=4), max_leaves=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(TREES)
def test_one_pass_gives_the_root_and_the_blocks_of_the_graph(tmp_path: Path, tree: Any) -> None:
    graph = graph_of(tree)
    assert write_entry_car(tmp_path / "one.car", tree) == graph.cid
    write_car(tmp_path / "two.car", graph, graph.cid)
    with Car(tmp_path / "one.car") as one, Car(tmp_path / "two.car") as two:
        assert one.root == graph.cid
        assert one.verify() == two.verify() == len(one) == len(two)
    assert (tmp_path / "one.car").stat().st_size == (tmp_path / "two.car").stat().st_size


def test_the_same_entry_gives_the_same_file(tmp_path: Path) -> None:
    tree = {f"{number}.json": b"%d" % number for number in range(6000)} | {"large": bytes(3 * CHUNK)}
    for name in ("one.car", "two.car"):
        assert write_entry_car(tmp_path / name, tree) == directory_cid(tree)
    assert (tmp_path / "one.car").read_bytes() == (tmp_path / "two.car").read_bytes()


def test_a_link_stands_for_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * CHUNK + b"y")
    inner = {"a": tmp_path / "file", "b": {"c": b"1"}}
    assert directory_cid({"in": link_to(inner), "z": b"2"}) == directory_cid({"in": inner, "z": b"2"})
    assert link_to({"in": link_to(inner)}) == link_to({"in": inner}), "sizes too"


def test_another_root_than_expected_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "set.car"
    path.write_bytes(b"before")
    with pytest.raises(WrongRootError) as caught:
        write_entry_car(path, {"a": b"1"}, directory_cid({"a": b"2"}))
    assert caught.value.found == directory_cid({"a": b"1"})
    assert [each.name for each in tmp_path.iterdir()] == ["set.car"]
    assert path.read_bytes() == b"before"


def test_a_missing_file_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(PinError, match="gone"):
        write_entry_car(tmp_path / "set.car", {"a": b"1", "b": tmp_path / "gone"})
    assert not list(tmp_path.iterdir())
