"""Pictures that ours are compared with: artists' works, earlier collections. Encoded once, kept by content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.concurrency.pieces import by_pieces
from collection.errors import ConfigError, ImageError
from collection.judge.settings import wrong_reference
from collection.judge.vectors import unit_length
from collection.pictures.files import read_picture
from collection.pictures.folders import name_in, picture_files, read_file
from collection.store.files import Files
from collection.store.judging_records import Embedding
from collection.store.store import Store
from collection.values import Failure, ImageEncoder, Pixels, Progress, sha256_hex, silent

_DATABASE = "collection.db"


@dataclass(frozen=True, slots=True)
class References:
    """Reference pictures, row by row."""

    names: tuple[str, ...] = ()
    """Each in words."""
    vectors: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """Unit vectors (n, d)."""
    skipped: tuple[Failure, ...] = ()
    """Files that are no pictures."""

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class _Found:
    """A reference picture by content, and where it can be read."""

    sha256: str
    name: str
    folder: Path
    path: Path


def reference_state(places: Sequence[Path]) -> list[Any]:
    """What lies in the folders (JSON values), without reading it: another state means that they changed.

    Raises ConfigError for a folder that is not there.
    """
    for place in places:
        if problem := wrong_reference(place):
            raise ConfigError.of([problem])
    return [[str(place), _project_state(place) if _is_project(place) else _folder_state(place)] for place in places]


def read_references(
    store: Store, encoder: ImageEncoder, places: Sequence[Path], batch_size: int, *, progress: Progress = silent
) -> References:
    """The pictures of folders, and the images of other projects (their tokens, once they are frozen).

    What `encoder` has not seen is encoded and kept in `store` by content, a batch a transaction; equal files count
    once.
    """
    found: dict[str, _Found] = {}
    skipped: list[Failure] = []
    for place in places:
        for item in _project(place) if _is_project(place) else _folder(place):
            if isinstance(item, Failure):
                skipped.append(item)
            else:
                found.setdefault(item.sha256, item)
    known = set(store.known_vectors(encoder.model, found))
    new = [item for item in found.values() if item.sha256 not in known]
    skipped += _encode(store, encoder, new, batch_size, progress)
    vectors = store.known_vectors(encoder.model, found)
    names = [sha256 for sha256 in found if sha256 in vectors]
    if not names:
        return References(skipped=tuple(skipped))
    rows = unit_length(np.stack([vectors[sha256] for sha256 in names]))
    return References(tuple(found[sha256].name for sha256 in names), rows, tuple(skipped))


def _is_project(place: Path) -> bool:
    return (place / _DATABASE).is_file()


def _project_state(place: Path) -> list[str]:
    return [item.sha256 for item in _project(place)]


def _folder_state(place: Path) -> list[list[Any]]:
    paths, _ = picture_files(place)
    stats = [(path, path.stat()) for path in paths if path.exists()]
    return [[name_in(place, path), stat.st_size, str(stat.st_mtime_ns)] for path, stat in stats]


def _project(place: Path) -> Iterator[_Found]:
    store, files = Store(place / _DATABASE), Files(place / "files")
    try:
        assets = [token.asset for token in store.tokens()] or store.assets()
    finally:
        store.close()
    for asset in assets:
        path = files.path(asset.file_sha256)
        yield _Found(asset.file_sha256, f"{asset.label} in {place}", path.parent, path)


def _folder(place: Path) -> Iterator[_Found | Failure]:
    paths, unreadable = picture_files(place)
    yield from unreadable
    for path in paths:
        try:
            yield _Found(sha256_hex(read_file(path)), f"{name_in(place, path)} in {place}", place, path)
        except ImageError as error:
            yield Failure(name_in(place, path), error.message)


def _encode(
    store: Store, encoder: ImageEncoder, new: Sequence[_Found], batch_size: int, progress: Progress
) -> list[Failure]:
    skipped: list[Failure] = []
    done = 0
    for batch in by_pieces(partial(_vectors, encoder), new, encoder, batch_size):
        store.add_judgements(embeddings=[embedding for kept, _ in batch for embedding in kept])
        skipped += [failure for _, failures in batch for failure in failures]
        done += sum(len(kept) + len(failures) for kept, failures in batch)
        progress(done, len(new))
    return skipped


def _vectors(encoder: ImageEncoder, piece: Sequence[_Found]) -> tuple[list[Embedding], list[Failure]]:
    pictures: dict[str, Pixels] = {}
    skipped: list[Failure] = []
    for item in piece:
        try:
            pictures[item.sha256] = read_picture(read_file(item.path)).pixels
        except ImageError as error:
            skipped.append(Failure(item.name, error.message))
    vectors = encoder.encode(list(pictures.values()))
    return [Embedding(name, encoder.model, row) for name, row in zip(pictures, vectors, strict=True)], skipped
