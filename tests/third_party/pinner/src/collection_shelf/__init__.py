"""A storage of its own for Collection: "shelf:FOLDER" keeps CAR files in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collection.unixfs import Blocks, Car


class Shelf:
    """Keeps copies of CAR files in a folder."""

    def __init__(self, folder: str) -> None:
        self.name = f"shelf:{folder}"
        self._folder = Path(folder)

    def holds(self, root: str) -> bool:
        """Whether the file is there."""
        return self._path(root).exists()

    def pin(self, car: Path, root: str) -> None:
        """Copy the file."""
        self._folder.mkdir(exist_ok=True)
        shutil.copy(car, self._path(root))

    def blocks(self, root: str) -> Car:
        """The file, open."""
        return Car(self._path(root))

    def _path(self, root: str) -> Path:
        return self._folder / f"{root}.car"


def open_shelf(folder: str, cars: Path) -> Shelf:
    """The storage "shelf:FOLDER"."""
    return Shelf(folder)


NUMBER = 7


def open_nothing(rest: str, cars: Path) -> None:
    """Forgets to return a storage."""


def open_raising(rest: str, cars: Path) -> Shelf:
    """Cannot be opened."""
    raise RuntimeError(f"no account {rest}")


def open_misnamed(rest: str, cars: Path) -> Shelf:
    """Calls itself by another name."""
    shelf = Shelf(rest)
    shelf.name = "another"
    return shelf


class Falling:
    """Falls over whenever it is asked."""

    name = "falling"

    def holds(self, root: str) -> bool:
        """Falls."""
        return bool(1 // 0)

    def pin(self, car: Path, root: str) -> None:
        """Falls."""
        self.holds(root)

    def blocks(self, root: str) -> Car:
        """Falls."""
        self.holds(root)
        raise AssertionError


def open_falling(rest: str, cars: Path) -> Falling:
    """A storage that falls over."""
    return Falling()


class Lying(Falling):
    """Gives other bytes than were asked for."""

    name = "lying"

    @contextmanager
    def blocks(self, root: str) -> Iterator[Blocks]:  # type: ignore[override]
        """Itself."""
        yield self

    def block(self, cid: bytes) -> bytes:
        """Other bytes."""
        return b"something else"


def open_lying(rest: str, cars: Path) -> Lying:
    """A storage that lies."""
    return Lying()
