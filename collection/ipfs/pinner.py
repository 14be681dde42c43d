"""Whoever keeps published content: the seam, and the list of those that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from collection.errors import ConfigError


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

    def export(self, root: str, path: Path) -> None:
        """Write what it keeps below `root` to a CAR file, every block checked, in the one order of `write_car`."""
        ...


def _car_store(_: str, folder: Path) -> Pinner:
    from collection.ipfs.car_store import CarStore

    return CarStore(folder)


def _kubo(address: str, _: Path) -> Pinner:
    from collection.ipfs.kubo import Kubo

    return Kubo(address)


PINNERS: dict[str, Callable[[str, Path], Pinner]] = {"car": _car_store, "kubo": _kubo}


def open_pinners(storage: Sequence[str], folder: Path) -> list[Pinner]:
    """The pinners of `publish.storage`, CAR files in `folder`; ConfigError if one is unknown."""
    return [_open(wanted, folder) for wanted in storage]


def _open(wanted: str, folder: Path) -> Pinner:
    kind, _, address = wanted.partition(":")
    if kind not in PINNERS or (kind == "kubo") != bool(address):
        raise ConfigError(
            f"publish.storage: {wanted!r} is no storage",
            'write "car" for a file in the project, or "kubo:/ip4/127.0.0.1/tcp/5001" for an IPFS node',
        )
    return PINNERS[kind](address, folder)
