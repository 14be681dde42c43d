"""What each storage says of the frozen set when it is asked, and whether a sample comes back by its CID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from collection.errors import PinError, PublishError
from collection.ipfs.car_store import CarStore
from collection.ipfs.pin import DAMAGED
from collection.ipfs.pinner import Pinner
from collection.store.publication_records import Pin
from collection.store.store import Store
from collection.unixfs import Entry, Reader
from collection.values import Progress, silent


@dataclass(frozen=True, slots=True)
class CheckedStorage:
    """What one storage said."""

    name: str
    holds: bool | None
    """Whether it keeps the set; None where it could not be asked."""
    read: int
    """Files of the sample that were read back whole, every block checked against its CID."""
    size: int
    """Bytes of them."""
    why: str = ""
    """What is wrong, if anything."""


def check_pins(
    store: Store, tree: Entry, pinners: Sequence[Pinner], sample: int = 4, progress: Progress = silent
) -> list[CheckedStorage]:
    """Ask every storage for the frozen set and read `sample` files back, spread over it; `progress` counts storages.

    The receipts follow what was found: a storage that lost the set is to get it again by the next `pin`, and a damaged
    CAR file of this project is written anew.
    Raises PublishError if nothing is frozen.
    """
    frozen = store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to check", "run `collection freeze`")
    paths = _paths(tree)
    sample = min(sample, len(paths))
    chosen = [paths[place * len(paths) // sample] for place in range(sample)]
    known = {pin.pinner: pin for pin in store.pins() if pin.root_cid == frozen.root_cid}
    found = []
    for done, pinner in enumerate(pinners, 1):
        checked = _checked(pinner, frozen.root_cid, chosen)
        found.append(checked)
        if not store.read_only:
            _note(store, known.get(pinner.name) or Pin(frozen.root_cid, pinner.name, "new", len(paths), 0), checked,
                  is_file=isinstance(pinner, CarStore))  # fmt: skip
        progress(done, len(pinners))
    return found


def _checked(pinner: Pinner, root: str, paths: Sequence[str]) -> CheckedStorage:
    held, read, size = None, 0, 0
    try:
        held = pinner.holds(root)
        if not held:
            return CheckedStorage(pinner.name, False, 0, 0, "it does not keep the set")
        with pinner.blocks(root) as blocks:
            reader = Reader(blocks)
            for path in paths:
                size += sum(len(piece) for piece in reader.content(f"ipfs://{root}/{path}"))
                read += 1
    except PinError as error:
        return CheckedStorage(pinner.name, held, read, size, error.message.removeprefix(f"{pinner.name}: "))
    return CheckedStorage(pinner.name, True, read, size)


def _note(store: Store, pin: Pin, checked: CheckedStorage, *, is_file: bool) -> None:
    """Bring the receipt up to what the storage says; what it could not say changes nothing.

    Where a file on this disk cannot be read back, it is damaged; between a service and us, others may be at fault.
    """
    if is_file and checked.holds and checked.why:
        store.record_pin(replace(pin, status=DAMAGED))
    elif checked.holds and pin.status != "pinned":
        store.record_pin(replace(pin, status="pinned"))
    elif checked.holds is False and pin.status == "pinned":
        store.record_pin(replace(pin, status="lost"))


def _paths(tree: Entry, above: str = "") -> list[str]:
    """The path of every file of a directory."""
    if not isinstance(tree, Mapping):
        return [above]
    return [path for name in sorted(tree) for path in _paths(tree[name], f"{above}/{name}" if above else name)]
