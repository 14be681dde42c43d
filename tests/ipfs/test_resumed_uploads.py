"""An upload to a node that is cut off goes on with what the node does not have yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from collection.errors import PinError
from collection.ipfs import kubo
from collection.ipfs.kubo import Kubo
from collection.unixfs import Car, read

MakeCar = Callable[[Any], tuple[Path, str]]
PART = 64 << 10


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class Notes:
    """A journal that is gone with its process after so many parts; what was written stays."""

    def __init__(self, parts: int | None = None, written: Mapping[str, Any] | None = None) -> None:
        self.parts, self.written = parts, dict(written or {})

    def read(self) -> Mapping[str, Any]:
        return self.written

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        self.written = dict(notes)
        if self.parts is not None:
            self.parts -= 1
            if self.parts == 0:
                raise Killed


class Counted(Kubo):
    """Remembers which blocks it sends."""

    def __init__(self, address: str) -> None:
        super().__init__(address, seconds=60)
        self.sent: list[bytes] = []

    def _send(self, blocks: Any, cids: Any, root: bytes, *, pin: bool = False) -> list[Any]:
        self.sent += [] if pin else cids
        return super()._send(blocks, cids, root, pin=pin)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubo, "_PART", PART)
    monkeypatch.setattr(kubo, "_LOOK_SECONDS", 2.0)


def tree(salt: str, files: int = 60) -> dict[str, Any]:
    return {"images": {f"{number}.png": f"{salt} {number} ".encode() * 1_000 for number in range(files)}}


def test_after_a_kill_each_block_is_sent_once(js_ipfs: str, make_car: MakeCar) -> None:
    car, root = make_car(tree("killed"))
    first, notes = Counted(js_ipfs), Notes(parts=4)
    with pytest.raises(Killed):
        first.resume(car, root, notes)
    assert not first.holds(root)
    second = Counted(js_ipfs)
    second.resume(car, root, Notes(written=notes.written))
    with Car(car) as made:
        assert first.sent + second.sent == list(made), "no block twice, none left out"
        assert first.sent
        assert len(second.sent) > len(first.sent) / 4
    assert second.holds(root)
    with second.blocks(root) as kept:
        assert read(kept, root, "images/59.png") == tree("killed")["images"]["59.png"]


def test_a_node_that_dropped_the_blocks_gets_all_of_them(js_ipfs: str, make_car: MakeCar) -> None:
    car, root = make_car(tree("dropped", 8))
    node = Counted(js_ipfs)
    node.resume(car, root, Notes(written={"blocks": 5}))  # what an earlier run wrote, of a node that forgot it
    with Car(car) as made:
        assert node.sent == list(made)
    assert node.holds(root)


@pytest.mark.parametrize("said", [{"blocks": 10**6}, {"blocks": -1}, {"blocks": "many"}, {"other": 3}, {}])
def test_a_journal_of_something_else_is_not_believed(js_ipfs: str, make_car: MakeCar, said: dict[str, Any]) -> None:
    car, root = make_car({"one": b"a file"})
    node = Counted(js_ipfs)
    node.resume(car, root, Notes(written=said))
    with Car(car) as made:
        assert node.sent == list(made)


def test_a_stopped_upload_ends_after_its_part_and_goes_on_there(js_ipfs: str, make_car: MakeCar) -> None:
    car, root = make_car(tree("stopped", 30))
    node, notes = Counted(js_ipfs), Notes()
    node.stop()
    with pytest.raises(PinError, match="interrupted"):
        node.resume(car, root, notes)
    assert notes.written == {"blocks": len(node.sent)}
    later = Counted(js_ipfs)
    later.resume(car, root, notes)
    with Car(car) as made:
        assert node.sent + later.sent == list(made)


def test_parts_are_as_large_as_asked_and_leave_nothing_out(make_car: MakeCar) -> None:
    car, _ = make_car(tree("parts", 20))
    with Car(car) as made:
        found: list[bytes] = []
        while len(found) < len(made):
            part = made.part(len(found), PART)
            assert part
            assert sum(len(made.block(cid)) for cid in part) <= PART or len(part) == 1
            found += part
        assert found == list(made)
        assert len(made.part(0, 1)) == 1
