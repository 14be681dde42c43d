"""The pin stage: the frozen set becomes one CAR file, and every storage of the project keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collection.errors import PinError, PublishError
from collection.ipfs.car_store import CarStore
from collection.ipfs.pinner import Pinner
from collection.store.records import Pin
from collection.store.store import Store
from collection.unixfs import Entry, UnreadableError, WrongRootError, write_entry_car
from collection.values import Failure, Progress, silent

STAGE = "pin"
REPAIR = "collection doctor --repair finds the damaged file, and mends it if it can"


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


def pending(store: Store, pinners: Sequence[Pinner]) -> list[str]:
    """Names of the storages that do not hold the frozen set; empty while nothing is frozen.

    A storage is known by its receipt; it is not asked. A CAR file of this project is looked for on the disk.
    """
    frozen = store.frozen()
    if frozen is None:
        return []
    done = {pin.pinner for pin in store.pins() if pin.root_cid == frozen.root_cid and pin.status == "pinned"}
    return [
        pinner.name
        for pinner in pinners
        if pinner.name not in done or (isinstance(pinner, CarStore) and not pinner.holds(frozen.root_cid))
    ]


def pin(store: Store, tree: Entry, pinners: Sequence[Pinner], cars: CarStore, progress: Progress = silent) -> PinReport:
    """Give the frozen set to each storage that does not hold it; `progress` counts storages.

    `tree` is the directory that is published, as the project's own files; it is read only if its CAR file is missing.

    The intent is written before a storage is asked and the receipt after, so that a killed run is taken up where it
    stopped. Each storage is asked first whether it holds the set: one that took it before the kill gets its receipt
    without a second upload, one that lost it gets it again. A storage that refuses does not stop the others.
    Raises PublishError if nothing is frozen, PinError if the files are no longer those of the freeze.
    """
    frozen = store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to pin", "run `collection freeze`")
    car = _car(tree, frozen.root_cid, cars)
    intent = Pin(frozen.root_cid, "", "intended", _count(tree), car.stat().st_size)
    pinned: list[str] = []
    kept: list[str] = []
    failures = []
    for done, pinner in enumerate(pinners, start=1):
        try:
            (pinned if _hand_over(store, pinner, car, intent) else kept).append(pinner.name)
        except PinError as error:
            why = error.message.removeprefix(f"{pinner.name} ")
            failures.append(Failure(pinner.name, f"{why}; {error.hint}" if error.hint else why))
        progress(done, len(pinners))
    store.record_failures(STAGE, failures, mended=pinned + kept)
    return PinReport(frozen.root_cid, intent.files, intent.size, car, tuple(pinned), tuple(kept), tuple(failures))


def _hand_over(store: Store, pinner: Pinner, car: Path, intent: Pin) -> bool:
    """Whether there was anything to do for this storage."""
    held = pinner.holds(intent.root_cid)
    if held and not pending(store, [pinner]):
        return False
    store.record_pin(replace(intent, pinner=pinner.name))
    if not held:
        pinner.pin(car, intent.root_cid)
    store.record_pin(replace(intent, pinner=pinner.name, status="pinned"))
    return True


def _count(tree: Entry) -> int:
    """Files in a directory and below."""
    return sum(map(_count, tree.values())) if isinstance(tree, Mapping) else 1


def _car(tree: Entry, root: str, cars: CarStore) -> Path:
    """The CAR file of the frozen set; written if it is not there whole."""
    path = cars.path(root)
    if not cars.holds(root):
        try:
            write_entry_car(path, tree, root)
        except UnreadableError as error:
            raise PinError(error.message, REPAIR) from error
        except WrongRootError as error:
            raise PinError(f"the files of the frozen set are not those that were frozen ({root})", REPAIR) from error
    return path
