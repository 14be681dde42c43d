"""The storages that keep published content: the seam, the registry, and how those of a project are opened.

`publish.storage` lists them by name, with what the storage needs to know after a colon: "car",
"kubo:/ip4/127.0.0.1/tcp/5001", "pinata:env:PINATA_JWT", "mine:account". A package adds one by an entry point of the
group `collection.pinners`: a name, and a function that gets what stands after the colon and the project's folder of CAR
files, and returns a Pinner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from collection.errors import CollectionError, PinError, PluginError, UsageError
from collection.ipfs.closed import refuse_closed
from collection.plugins import Registry
from collection.unixfs import Blocks, CheckedBlocks

if TYPE_CHECKING:
    from collection.config import Config


@runtime_checkable
class Pinner(Protocol):
    """Keeps the content below a root CID. Raises PinError, which names it, where it cannot."""

    @property
    def name(self) -> str:
        """As `publish.storage` in collection.toml calls it: car, kubo:/ip4/127.0.0.1/tcp/5001."""
        ...

    def holds(self, root: str) -> bool:
        """Whether it keeps all of `root` now."""
        ...

    def pin(self, car: Path, root: str) -> None:
        """Keep the content of a CAR file whose root is `root`; once more does no harm."""
        ...

    def blocks(self, root: str) -> AbstractContextManager[Blocks]:
        """Read what it keeps below `root`, block by block, until the context ends; PinError if it keeps no `root`."""
        ...


class Journal(Protocol):
    """What a storage is to remember of its work on one root until the next run."""

    def read(self) -> Mapping[str, Any]:
        """What was last written, as JSON values; nothing at first."""
        ...

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        """Remember it, and tell how far the storage is: intended, queued, pinning or failed."""
        ...


@runtime_checkable
class ResumablePinner(Pinner, Protocol):
    """A storage whose upload goes on where it was interrupted."""

    def resume(self, car: Path, root: str, journal: Journal) -> None:
        """Like `pin`, with what an earlier run wrote into the journal."""
        ...

    def stop(self) -> None:
        """End what it is doing in other threads soon, with a PinError."""
        ...


@runtime_checkable
class Provider(Protocol):
    """A storage that others can fetch content from, over IPFS."""

    def addresses(self) -> list[str]:
        """Multiaddresses of the node, with its peer id; nothing if it has none."""
        ...

    def connect(self, delegates: Sequence[str]) -> None:
        """Connect to nodes that want to fetch, as far as that can be."""
        ...


@runtime_checkable
class RemotePinner(Pinner, Protocol):
    """A storage that takes a CID and fetches the content itself; it is asked after those that take bytes."""

    def fetch(self, root: str, journal: Journal, providers: Sequence[Provider]) -> None:
        """Have it keep `root`; returns once it does. Raises PinError where it does not yet, or never will."""
        ...

    def stop(self) -> None:
        """End what it is doing in other threads soon, with a PinError."""
        ...


OpenPinner = Callable[[str, Path], Pinner]
"""Opens a storage by what stands after the colon of its name, and the folder of CAR files. Nothing is contacted."""


def _accept(name: str, found: Any) -> OpenPinner:
    if not callable(found):
        raise TypeError(f"a function that opens a storage was expected, not {type(found).__name__}")
    opener: OpenPinner = found
    return opener


PINNERS: Registry[OpenPinner] = Registry(
    "collection.pinners",
    "storage",
    {
        "car": "collection.ipfs.car_store:open_car_store",
        "kubo": "collection.ipfs.kubo:open_kubo",
        "pinning": "collection.ipfs.pinning_service:open_pinning_service",
        "pinata": "collection.ipfs.pinata:open_pinata",
        "filebase": "collection.ipfs.filebase:open_filebase",
    },
    _accept,
)


class Refuse(Protocol):
    """Refuses what stands at a place of the configuration, with a message and a hint."""

    def __call__(self, place: Sequence[str | int], message: str, hint: str) -> Any:
        """Raise ConfigError."""
        ...


def check_storage(config: Config, refuse: Refuse) -> None:
    """Call `refuse` for a storage that cannot be meant. No package's storage is loaded."""
    for wanted in config.publish.storage:
        kind = wanted.partition(":")[0]
        try:
            refuse_closed(kind)
            if kind in PINNERS.builtins:
                _open(wanted, Path())
            elif kind not in PINNERS:
                PINNERS.get(kind)
        except UsageError as error:
            refuse(["publish", "storage"], error.message, error.hint or "")


def open_pinners(storage: Sequence[str], folder: Path) -> list[Pinner]:
    """The pinners of `publish.storage`, CAR files in `folder`. Raises UsageError for a name that cannot be meant.

    A storage of another package that cannot be used is in the list too, and raises PinError when it is asked: it costs
    nothing but itself.
    """
    return [_open(wanted, folder) for wanted in storage]


def _open(wanted: str, folder: Path) -> Pinner:
    kind, _, rest = wanted.partition(":")
    refuse_closed(kind)
    try:
        pinner = PINNERS.get(kind)(rest, folder)
        if not isinstance(pinner, Pinner):
            raise TypeError(f"it opened a {type(pinner).__name__}, which is no storage")
        if pinner.name != wanted:
            raise ValueError(f"it calls itself {pinner.name!r}")
    except UsageError:
        raise
    except PluginError as error:
        return _Unusable(wanted, error.message, error.hint)
    except Exception as error:  # code of another package: all of its errors are named
        return _Unusable(wanted, f"{wanted} cannot be used: {type(error).__name__}: {error}")
    return pinner if kind in PINNERS.builtins else _Guarded(pinner)


class _Unusable:
    """A storage that could not be opened: it says why whenever it is asked."""

    def __init__(self, name: str, why: str, hint: str | None = None) -> None:
        self.name = name
        self._trouble = (why, hint)

    def holds(self, root: str) -> bool:
        raise PinError(*self._trouble)

    def pin(self, car: Path, root: str) -> None:
        raise PinError(*self._trouble)

    def blocks(self, root: str) -> AbstractContextManager[Blocks]:
        raise PinError(*self._trouble)


class _Guarded:
    """A storage of another package: its exceptions become PinErrors that name it, and its blocks are checked."""

    def __init__(self, pinner: Pinner) -> None:
        self.name = pinner.name
        self._pinner = pinner

    def holds(self, root: str) -> bool:
        with self._named():
            return bool(self._pinner.holds(root))

    def pin(self, car: Path, root: str) -> None:
        with self._named():
            self._pinner.pin(car, root)

    @contextmanager
    def blocks(self, root: str) -> Iterator[Blocks]:
        with self._named(), self._pinner.blocks(root) as blocks:
            yield CheckedBlocks(_NamedBlocks(blocks, self._named), self.name)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except CollectionError:
            raise
        except Exception as error:  # code of another package: all of its errors are named
            raise PinError(f"{self.name} failed: {type(error).__name__}: {error}") from error


class _NamedBlocks:
    """Blocks whose source's exceptions become PinErrors."""

    def __init__(self, source: Blocks, named: Callable[[], AbstractContextManager[None]]) -> None:
        self._source, self._named = source, named

    def block(self, cid: bytes) -> bytes:
        with self._named():
            return self._source.block(cid)
