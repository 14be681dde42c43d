from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from collection.errors import PinError, PublishError
from collection.ipfs.car_store import CarStore
from collection.ipfs.check import check_pins
from collection.ipfs.kubo import Kubo
from collection.ipfs.pin import PinReport, pending, pin, storage_states
from collection.ipfs.pinner import Pinner
from collection.publish.layout import published_tree
from collection.store.files import Files
from collection.store.publication_records import Freeze
from collection.store.store import Store
from collection.unixfs import Car, write_car


class Killed(BaseException):
    """Stands for a kill: no `except Exception` sees it."""


class Memory:
    """A storage that remembers what it was asked, and can be told to fail."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.kept: set[str] = set()
        self.asked = 0
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def holds(self, root: str) -> bool:
        return root in self.kept

    def pin(self, car: Path, root: str) -> None:
        self.asked += 1
        self.before()
        with Car(car) as blocks:
            assert blocks.root == root
            blocks.verify()
        self.kept.add(root)
        self.after()

    def blocks(self, root: str) -> Any:
        raise NotImplementedError


class Fetcher(Memory):
    """A service that takes a CID and fetches it from those who have it."""

    def __init__(self, name: str, source: Memory, steps: int = 0) -> None:
        super().__init__(name)
        self.source, self.steps, self.requests = source, steps, 0

    def fetch(self, root: str, journal: Any, providers: Any) -> None:
        assert root in self.source.kept, "it is asked after those that take bytes"
        if not journal.read():
            self.requests += 1
        if self.steps:
            self.steps -= 1
            journal.write({"requestid": "7"}, "queued")
            raise PinError("fetcher has it queued", "run it again")
        self.kept.add(root)

    def stop(self) -> None:
        pass


def _raises(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.fixture
def cars(tmp_path: Path) -> CarStore:
    return CarStore(tmp_path / "cars")


@pytest.fixture
def run(store: Store, files: Files, cars: CarStore) -> Callable[..., PinReport]:
    def pinned(*pinners: Pinner, **more: Any) -> PinReport:
        frozen = store.frozen()
        tree = published_tree(files, frozen, store.tokens()) if frozen else {}
        return pin(store, tree, pinners, cars, **more)

    return pinned


def _statuses(store: Store) -> dict[str, str]:
    return {row.pinner: row.status for row in store.pins()}


def test_the_set_lies_in_the_car_as_it_is_published(frozen: Freeze, run: Any, files: Files, cars: CarStore) -> None:
    report = run(cars)
    with Car(report.car) as car:
        assert car.root == report.root == frozen.root_cid
        assert list(car.listing()) == ["collection.json", "images", "metadata"]
        assert list(car.listing("images")) == ["1.png", "2.png", "3.png"]
        assert car.read("images/2.png") == b"picture 2" * 100_000
        assert car.read("metadata/3.json") == b'{"name":"Storm #3"}'
        assert car.read("collection.json") == b'{"name":"Paper Weather"}'
    assert (report.files, report.size, report.pinned) == (7, report.car.stat().st_size, ("car",))


def test_pending_names_the_storages_without_a_receipt(frozen: Freeze, run: Any, store: Store, cars: CarStore) -> None:
    memory = Memory()
    assert pending(store, [cars, memory]) == ["car", "memory"]
    run(cars)
    assert pending(store, [cars, memory]) == ["memory"]
    run(cars, memory)
    assert pending(store, [cars, memory]) == []


def test_nothing_is_pending_and_nothing_can_be_pinned_before_the_freeze(store: Store, run: Any) -> None:
    assert pending(store, [Memory()]) == []
    with pytest.raises(PublishError, match="nothing is frozen"):
        run(Memory())


def test_a_second_run_asks_nobody_to_pin_again(frozen: Freeze, run: Any) -> None:
    memory = Memory()
    assert run(memory).pinned == ("memory",)
    report = run(memory)
    assert (report.pinned, report.kept, memory.asked) == ((), ("memory",), 1)


def test_killed_after_the_storage_took_it_nothing_is_pinned_twice(frozen: Freeze, run: Any, store: Store) -> None:
    memory = Memory()
    memory.after = _raises(Killed())
    with pytest.raises(Killed):
        run(memory)
    assert _statuses(store) == {"memory": "intended"}
    assert run(memory).pinned == ("memory",)
    assert memory.asked == 1
    assert _statuses(store) == {"memory": "pinned"}


def test_killed_before_the_storage_took_it_the_next_run_finishes(frozen: Freeze, run: Any, store: Store) -> None:
    memory = Memory()
    memory.before = _raises(Killed())
    with pytest.raises(Killed):
        run(memory)
    memory.before = lambda: None
    run(memory)
    assert memory.kept == {frozen.root_cid}
    assert _statuses(store) == {"memory": "pinned"}


def test_a_storage_that_lost_the_set_gets_it_again(frozen: Freeze, run: Any) -> None:
    memory = Memory()
    run(memory)
    memory.kept.clear()
    assert run(memory).pinned == ("memory",)


def test_a_deleted_or_cut_off_car_is_written_again(frozen: Freeze, run: Any, cars: CarStore) -> None:
    path = run(cars).car
    whole = path.read_bytes()
    path.unlink()
    run(cars)
    assert path.read_bytes() == whole
    path.write_bytes(whole[:1000])
    run(cars)
    assert path.read_bytes() == whole


def test_a_car_has_no_receipt_before_the_disk_has_it(
    frozen: Freeze, run: Any, store: Store, cars: CarStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        assert path == cars.path(frozen.root_cid)
        raise OSError(28, "No space left on device")

    for receipt in ("", "an earlier one, of a file that is lost"):
        with monkeypatch.context() as patched:
            patched.setattr("collection.ipfs.car_store.wait_for_disk", full)
            report = run(cars, good := Memory())
        [failure] = report.failures
        assert (failure.what, good.kept) == ("car", {frozen.root_cid}), receipt
        assert "No space left on device; free some disk space" in failure.why
        assert (_statuses(store).get("car") == "pinned") is bool(receipt)
        assert run(cars).failures == ()
        cars.path(frozen.root_cid).unlink()


def test_one_storage_that_refuses_does_not_stop_the_others(frozen: Freeze, run: Any, store: Store) -> None:
    broken, good = Memory("broken"), Memory("good")
    broken.before = _raises(PinError("broken: disk full", "empty its bin"))
    report = run(broken, good)
    assert report.pinned == ("good",)
    assert [(failure.what, failure.why) for failure in report.failures] == [("broken", "disk full; empty its bin")]
    assert store.failures("pin") == list(report.failures)
    broken.before = lambda: None
    assert run(broken, good).failures == ()
    assert store.failures("pin") == []


def test_files_that_changed_since_the_freeze_are_not_pinned(
    frozen: Freeze, run: Any, store: Store, files: Files
) -> None:
    memory = Memory()
    files.path(store.tokens()[0].asset.file_sha256).write_bytes(b"another picture")
    with pytest.raises(PinError, match="those that were frozen"):
        run(memory)
    assert memory.asked == 0


def test_progress_counts_storages(frozen: Freeze, run: Any) -> None:
    seen: list[tuple[int, int]] = []
    run(Memory("a"), Memory("b"), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_the_set_is_pinned_to_a_real_node(frozen: Freeze, run: Any, js_ipfs: str, tmp_path: Path) -> None:
    node = Kubo(js_ipfs, seconds=60)
    report = run(node)
    assert report.pinned == (node.name,)
    assert run(node).kept == (node.name,)
    with node.blocks(frozen.root_cid) as blocks:
        write_car(tmp_path / "back.car", blocks, frozen.root_cid)
    with Car(tmp_path / "back.car") as back, Car(report.car) as kept:
        assert back.root == kept.root == frozen.root_cid
        assert back.verify() == kept.verify() == len(kept)


@pytest.mark.parametrize("order", [1, -1])
def test_the_state_of_each_storage_is_told_in_whatever_order(
    frozen: Freeze, run: Any, store: Store, cars: CarStore, order: int
) -> None:
    memory, broken = Memory(), Memory("broken")
    broken.before = _raises(PinError("broken: disk full"))
    fetcher = Fetcher("fetcher", memory, steps=1)
    storages: list[Pinner] = [cars, memory, fetcher, broken][::order]
    assert {each.name: each.state for each in storage_states(store, storages)} == dict.fromkeys(
        ("car", "memory", "fetcher", "broken"), "new"
    )
    run(*storages)
    states = {each.name: each for each in storage_states(store, storages)}
    assert {name: state.state for name, state in states.items()} == {
        "car": "pinned", "memory": "pinned", "fetcher": "queued", "broken": "intended",
    }  # fmt: skip
    assert states["fetcher"].why == "has it queued; run it again"
    assert states["broken"].why == "disk full"
    broken.before = lambda: None
    assert set(run(*storages).pinned) == {"fetcher", "broken"}
    assert {each.state for each in storage_states(store, storages)} == {"pinned"}
    assert fetcher.requests == 1, "the request was kept"


def test_storages_are_served_together(frozen: Freeze, run: Any) -> None:
    meeting = Barrier(3)
    storages = [Memory(name) for name in "abc"]
    for storage in storages:
        storage.before = lambda: meeting.wait(20)
    assert run(*storages).failures == ()


def test_a_check_asks_each_storage_and_reads_a_sample_back(
    frozen: Freeze, run: Any, store: Store, files: Files, cars: CarStore
) -> None:
    memory = Memory()
    run(cars, memory)
    memory.kept.clear()
    tree = published_tree(files, frozen, store.tokens())
    found = {each.name: each for each in check_pins(store, tree, [cars, memory], sample=3)}
    assert (found["car"].holds, found["car"].read, found["car"].why) == (True, 3, "")
    assert (found["memory"].holds, found["memory"].why) == (False, "it does not keep the set")
    assert [each.state for each in storage_states(store, [cars, memory])] == ["pinned", "lost"]
    path = cars.path(frozen.root_cid)
    path.write_bytes(path.read_bytes().replace(b"picture 1", b"Picture 1"))
    [broken] = check_pins(store, tree, [cars], sample=7)
    assert "does not have its hash" in broken.why


def test_a_car_in_which_a_wrong_block_was_read_is_written_again(
    frozen: Freeze, run: Any, store: Store, files: Files, cars: CarStore
) -> None:
    path, tree = run(cars).car, published_tree(files, frozen, store.tokens())
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"picture 1", b"Picture 1"))
    check_pins(store, tree, [cars], sample=100)
    assert pending(store, [cars]) == ["car"]
    assert run(cars).pinned == ("car",)
    assert path.read_bytes() == whole
    assert pending(store, [cars]) == []
    assert run(cars).kept == ("car",)
