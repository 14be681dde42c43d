"""The storage that is always there: one CAR file a root, in a folder of the project."""

from __future__ import annotations

from pathlib import Path

from collection.atomic_file import wait_for_disk, way_to_write
from collection.errors import PinError, UsageError
from collection.unixfs import Car, write_car


class CarStore:
    """Keeps `<root>.car` files in a folder."""

    name = "car"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, root: str) -> Path:
        """Where the CAR file of that root lies, or would lie."""
        return self.folder / f"{root}.car"

    def holds(self, root: str) -> bool:
        """Whether the file is there, whole (not cut off) and of that root; `Car.verify` looks at every byte."""
        try:
            with Car(self.path(root)) as car:
                return car.root == root
        except PinError:
            return False

    def pin(self, car: Path, root: str) -> None:
        """Copy the blocks below `root` into the folder; a file that lies there already is only checked."""
        with Car(car) as blocks:
            if car == self.path(root):
                blocks.verify()
            else:
                write_car(self.path(root), blocks, root)

    def wait_for_disk(self, root: str) -> None:
        """Return when the file is on the disk; PinError where the disk refuses."""
        path = self.path(root)
        try:
            wait_for_disk(path)
        except OSError as error:
            raise PinError(f"cannot keep {path}: {error.strerror}", way_to_write(error)) from error

    def blocks(self, root: str) -> Car:
        """The file, read in place."""
        return Car(self.path(root))


def open_car_store(rest: str, folder: Path) -> CarStore:
    """The store of "car", which has nothing after a colon."""
    if rest:
        raise UsageError(f'there is no storage "car:{rest}": a CAR file lies in the project', 'write "car"')
    return CarStore(folder)
