"""The pin stage: the frozen set becomes one CAR file, and every storage of the project keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collection.errors import PinError, PublishError
from collection.ipfs.car_store import CarStore
from collection.ipfs.pinner import Pinner, Provider, RemotePinner, ResumablePinner
from collection.store.publication_records import Freeze, Pin
from collection.store.store import Store
from collection.unixfs import Entry, UnreadableError, WrongRootError, write_entry_car
from collection.values import Failure, Progress, silent

STAGE = "pin"
REPAIR = "collection doctor --repair finds the damaged file, and mends it if it can"
DAMAGED = "damaged"
"""The state of a CAR file of this project in which a wrong block was read."""
_TOGETHER = 8
"""Storages that are served at once."""


@dataclass(frozen=True, slots=True)
class PinReport:
    """The result of one run of the stage."""

    root: str
    files: int
    size: int
    """Bytes of the CAR file."""
    car: Path
    pinned: tuple[str, ...]
    """Names of the storages that took the set now."""
    kept: tuple[str, ...]
    """Names of those that held it already."""
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class StorageState:
    """How far one storage is with the frozen set, as it was last told."""

    name: str
    state: str
    """pinned; or new, intended (cut off), queued, pinning, failed, lost, damaged."""
    why: str = ""
    """What it said when it last refused."""

    def as_json(self) -> dict[str, Any]:
        """The object of --json."""
        return {"name": self.name, "state": self.state, "why": self.why or None}


def storage_states(store: Store, pinners: Sequence[Pinner]) -> list[StorageState]:
    """The state of every storage by itself; empty while nothing is frozen.

    A storage is known by its receipt; it is not asked. A CAR file of this project is looked for on the disk.
    """
    frozen = store.frozen()
    if frozen is None:
        return []
    known = {pin.pinner: pin.status for pin in store.pins() if pin.root_cid == frozen.root_cid}
    refused = {failure.what: failure.why for failure in store.failures(STAGE)}
    found = []
    for pinner in pinners:
        state = known.get(pinner.name, "new")
        if state == "pinned" and isinstance(pinner, CarStore) and not pinner.holds(frozen.root_cid):
            state = "lost"
        found.append(StorageState(pinner.name, state, "" if state == "pinned" else refused.get(pinner.name, "")))
    return found


def pending(store: Store, pinners: Sequence[Pinner]) -> list[str]:
    """Names of the storages that do not hold the frozen set; empty while nothing is frozen."""
    return [each.name for each in storage_states(store, pinners) if each.state != "pinned"]


def pin(store: Store, tree: Entry, pinners: Sequence[Pinner], cars: CarStore, progress: Progress = silent) -> PinReport:
    """Give the frozen set to each storage that does not hold it; `progress` counts storages.

    `tree` is the directory that is published, as the project's own files; it is read only if its CAR file is missing
    or damaged.

    Storages are served together, in whatever order they are named: first those that take bytes, then those that fetch
    a CID from them. The intent is written before a storage is asked and the receipt after, so that a killed run is
    taken up where it stopped. Each storage is asked first whether it holds the set: one that took it before the kill
    gets its receipt without a second upload, one that lost it gets it again. A storage that refuses does not stop the
    others.
    Raises PublishError if nothing is frozen, PinError if the files are no longer those of the freeze.
    """
    frozen = store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to pin", "run `collection freeze`")
    damaged = any(
        (row.root_cid, row.pinner, row.status) == (frozen.root_cid, cars.name, DAMAGED) for row in store.pins()
    )
    car = _car(tree, frozen, cars, anew=damaged)
    work = _Work(store, car, Pin(frozen.root_cid, "", "intended", _count(tree), car.stat().st_size), pinners, progress)
    for remote in (False, True):
        work.serve([pinner for pinner in pinners if isinstance(pinner, RemotePinner) is remote])
    named = [pinner.name for pinner in pinners]
    pinned = tuple(name for name in named if work.results.get(name) is True)
    kept = tuple(name for name in named if work.results.get(name) is False)
    failures = tuple(found for name in named if isinstance(found := work.results.get(name), Failure))
    store.record_failures(STAGE, failures, mended=[*pinned, *kept])
    return PinReport(frozen.root_cid, work.intent.files, work.intent.size, car, pinned, kept, failures)


@dataclass(slots=True)
class _Journal:
    """The row of one storage, as its journal."""

    store: Store
    row: Pin

    def read(self) -> Mapping[str, Any]:
        return self.row.notes

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        self.row = replace(self.row, notes=notes, status="intended" if status == "pinned" else status)
        self.store.record_pin(self.row)


class _Work:
    """Storages that are served by threads, and what came of each."""

    def __init__(self, store: Store, car: Path, intent: Pin, pinners: Sequence[Pinner], progress: Progress) -> None:
        self._store, self._car, self.intent = store, car, intent
        self._pinners, self._progress = pinners, progress
        self._known = {pin.pinner: pin for pin in store.pins() if pin.root_cid == intent.root_cid}
        self.results: dict[str, bool | Failure] = {}
        """By name: whether it took the set now, or why not."""

    def serve(self, pinners: Sequence[Pinner]) -> None:
        """Serve these together; a kill or Ctrl-C stops all of them."""
        if not pinners:
            return
        with ThreadPoolExecutor(min(len(pinners), _TOGETHER)) as pool:
            left = {pool.submit(self._served, pinner): pinner for pinner in pinners}
            try:
                while left:
                    for done in wait(left, return_when=FIRST_COMPLETED).done:
                        name = left.pop(done).name
                        self.results[name] = done.result()
                        self._progress(len(self.results), len(self._pinners))
            except BaseException:
                for pinner in pinners:
                    if isinstance(pinner, ResumablePinner | RemotePinner):
                        pinner.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def _served(self, pinner: Pinner) -> bool | Failure:
        try:
            return self._hand_over(pinner)
        except PinError as error:
            why = error.message.removeprefix(f"{pinner.name} ").removeprefix(f"{pinner.name}: ")
            return Failure(pinner.name, f"{why}; {error.hint}" if error.hint else why)

    def _hand_over(self, pinner: Pinner) -> bool:
        """Whether there was anything to do for this storage."""
        root, known = self.intent.root_cid, self._known.get(pinner.name)
        held = pinner.holds(root)
        if held and isinstance(pinner, CarStore):
            pinner.wait_for_disk(root)
        if held and not pending(self._store, [pinner]):
            return False
        intent = replace(self.intent, pinner=pinner.name, notes=known.notes if known else {})
        journal = _Journal(self._store, intent)
        self._store.record_pin(intent)
        if held:
            pass
        elif isinstance(pinner, RemotePinner):
            pinner.fetch(root, journal, [each for each in self._pinners if isinstance(each, Provider)])
        elif isinstance(pinner, ResumablePinner):
            pinner.resume(self._car, root, journal)
        else:
            pinner.pin(self._car, root)
        self._store.record_pin(replace(journal.row, status="pinned"))
        return True


def _count(tree: Entry) -> int:
    """Files in a directory and below."""
    return sum(map(_count, tree.values())) if isinstance(tree, Mapping) else 1


def _car(tree: Entry, frozen: Freeze, cars: CarStore, *, anew: bool) -> Path:
    """The CAR file of the frozen set; written if it is not there whole, or is to be written anew.

    The disk is waited for where the file gets its receipt; the other storages are served meanwhile.
    """
    root = frozen.root_cid
    path = cars.path(root)
    if anew or not cars.holds(root):
        try:
            write_entry_car(path, tree, root, frozen.profile, wait=False)
        except UnreadableError as error:
            raise PinError(error.message, REPAIR) from error
        except WrongRootError as error:
            raise PinError(f"the files of the frozen set are not those that were frozen ({root})", REPAIR) from error
    return path
