"""A folder of pictures from anywhere: its files in order, read ahead, and those that are no pictures by name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from unicodedata import category

from collection.concurrency.prefetch import batches_ahead
from collection.errors import ImageError
from collection.pictures.files import Decoded, read_picture
from collection.values import Failure, sha256_hex

LARGEST_FILE = 1 << 29
"""Bytes; what is larger is taken for no picture and never read."""
SIDECAR = ".json"
"""Suffix of the file beside a picture, of the same name otherwise, that describes it."""
DATABASE = "collection.db"
"""What a folder holds that is a project."""
_OF_PROJECTS = frozenset({"thumbs", "car", DATABASE, "collection.toml"})
_SYSTEM = frozenset({
    "@eaDir", "#recycle", "#snapshot", "$RECYCLE.BIN", "System Volume Information", "__MACOSX", "lost+found",
    "Thumbs.db", "desktop.ini",
})  # fmt: skip
"""Files and folders of Windows, macOS, Linux and of network disks, which nobody put there as a picture."""

COMPANIONS = (SIDECAR, ".txt", ".xmp", ".caption")
"""Suffixes of files that belong to a picture of that name: metadata and captions."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture of a folder, read and decoded."""

    path: Path
    """Where it is."""
    name: str
    """Its path in the folder, with slashes."""
    data: bytes
    picture: Decoded
    sha256: str
    pixel_sha256: str


def name_in(folder: Path, path: Path) -> str:
    """The path in a folder, with slashes; bytes that are no UTF-8 are written \\xNN, control characters as Python's."""
    name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")
    return "".join(repr(letter)[1:-1] if category(letter) == "Cc" else letter for letter in name)


def picture_files(folder: Path) -> tuple[list[Path], list[Failure]]:
    """All files below a folder, by name, and the folders that cannot be read.

    Left out are what `listed` leaves out, and what has the name of a picture there and describes it (COMPANIONS).
    """
    found, failed = listed(folder)
    pictures = [path for path in found if path.suffix.lower() not in COMPANIONS]
    described = {*pictures, *(path.with_suffix("") for path in pictures)}
    told = {path for path in found if path.suffix.lower() in COMPANIONS and path.with_suffix("") in described}
    return [path for path in found if path not in told], failed


def listed(folder: Path) -> tuple[list[Path], list[Failure]]:
    """All files below a folder, by name (cat.png before cat-2.png), and the folders that cannot be read.

    Left out are hidden files and folders (.git, .DS_Store), what systems and network disks put there, and the
    thumbnails and CAR files of projects.
    """
    found: list[Path] = []
    unreadable: list[OSError] = []
    links: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=unreadable.append):
        foreign = _SYSTEM | (_OF_PROJECTS if DATABASE in names else set())
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in foreign)
        links += [Path(place, name) for name in folders if os.path.islink(os.path.join(place, name))]  # noqa: PTH114, PTH118
        found += [Path(place, name) for name in names if not name.startswith(".") and name not in foreign]
    failed = [
        Failure(name_in(folder, Path(os.fsdecode(error.filename))), f"the folder cannot be read: {error.strerror}")
        for error in unreadable
    ]
    failed += [Failure(name_in(folder, path), "a link to a folder, which is not followed") for path in links]
    return sorted(found, key=lambda path: (*path.relative_to(folder).parts[:-1], path.stem, path.name)), failed


def companions_of(path: Path) -> list[Path]:
    """The files beside a picture that describe it: cat.json, cat.png.JSON, or cat with JSON in it; captions, XMP."""
    suffixes = [form for suffix in COMPANIONS for form in (suffix, suffix.upper())]
    places = [place for suffix in suffixes for place in (path.with_suffix(suffix), path.with_name(path.name + suffix))]
    found = [place for place in places if place.is_file() and place != path]
    bare = path.with_suffix("")
    return [*found, bare] if path.suffix and begins_as_json(bare) else found


def begins_as_json(path: Path) -> bool:
    """Whether a file begins as JSON does, in whatever encoding."""
    try:
        with path.open("rb") as file:
            begin = file.read(64).replace(b"\0", b"")
    except OSError:
        return False
    return begin.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"{", b"[")


def read_file(path: Path) -> bytes:
    """The bytes of a file of a folder; raises ImageError saying why they cannot be had."""
    try:
        if not path.is_file():
            raise ImageError("it is a link to nothing, or no plain file")
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise ImageError(f"it has {size:,} bytes, more than {LARGEST_FILE:,}")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"it cannot be read: {error.strerror}") from error


def open_picture(folder: Path, path: Path) -> Opened | Failure:
    """Read and decode one file, or say why not."""
    name = name_in(folder, path)
    try:
        data = read_file(path)
        picture = read_picture(data)
    except ImageError as error:
        return Failure(name, error.message)
    return Opened(path, name, data, picture, sha256_hex(data), picture.pixel_sha256)


def read_ahead(folder: Path, paths: Sequence[Path], batch_size: int) -> Iterator[list[Opened | Failure]]:
    """The files in batches, in order; while one batch is worked on, the next is being decoded."""
    return batches_ahead(partial(open_picture, folder), paths, batch_size)


def move_file(path: Path, target: Path) -> None:
    """Move a file to where nothing is; raises ImageError saying why it stays where it was.

    The bytes are on the disk at their new place before they leave the old one.
    """
    if path.is_symlink():
        raise ImageError("it is a link; only plain files are moved")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, target.open("xb") as copy:
            _hand_over(source, copy, path, target)
    except FileExistsError:
        raise ImageError(f"{target} exists, and nothing is overwritten") from None
    except OSError as error:
        raise ImageError(f"it cannot be moved to {target}: {error.strerror}") from error


def _hand_over(source: BinaryIO, copy: BinaryIO, path: Path, target: Path) -> None:
    """Fill the new file and remove the old one; if either fails, remove the new one."""
    try:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
        shutil.copystat(path, target)
        path.unlink()
    except BaseException:
        target.unlink()
        raise
