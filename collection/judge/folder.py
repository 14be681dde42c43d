"""The pictures of a plain folder get their numbers, in a store that need not outlive the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from collection.concurrency.pieces import by_pieces
from collection.errors import ImageError
from collection.judge.score import Scorers, score, score_piece
from collection.pictures.folders import Opened, open_picture, picture_files
from collection.pictures.parameters import read_embedded_metadata
from collection.store.files import Files
from collection.store.judging_records import ScoredBatch, together
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Failure, Progress, silent


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What a folder holds."""

    names: Mapping[int, str]
    """The path in the folder of each picture, by the number it has in the store; in order."""
    files: Mapping[str, Path]
    """Where each picture is, by its path in the folder."""
    skipped: tuple[Failure, ...]
    """Files that are no pictures, by their path in the folder."""
    noted: tuple[Failure, ...]
    """Pictures of which something was left out or changed before they were scored."""
    notes: tuple[str, ...] = ()
    """What people should know of the numbers."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is found out about some files."""

    pictures: Sequence[tuple[str, Path, Asset]]
    """Path in the folder and where it is."""
    judgements: ScoredBatch
    skipped: Sequence[Failure]
    noted: Sequence[Failure]


def score_files(
    store: Store, folder: Path, scorers: Scorers, *, batch_size: int = 32, progress: Progress = silent
) -> FolderContents:
    """Score every picture of a folder as `score` would; each file is decoded once, and none is written.

    The pictures become imported images of `store`. Equal files are looked at once.
    """
    paths, unreadable = picture_files(folder)
    names: dict[int, str] = {}
    files: dict[str, Path] = {}
    skipped, noted, done = list(unreadable), list[Failure](), 0
    progress(0, len(paths))
    for batch in by_pieces(_Look(folder, scorers), paths, scorers.encoder, batch_size):
        pictures = [picture for piece in batch for picture in piece.pictures]
        ids = store.add_imported([asset for _, _, asset in pictures])
        names |= dict(zip(ids, (name for name, _, _ in pictures), strict=True))
        files |= {name: path for name, path, _ in pictures}
        found = together([piece.judgements for piece in batch])
        store.add_judgements(found.scores, found.embeddings, found.fingerprints)
        failures = [failure for piece in batch for failure in piece.skipped]
        skipped += failures
        noted += [note for piece in batch for note in piece.noted]
        done += len(pictures) + len(failures)
        progress(done, len(paths))
    report = score(store, Files(folder), scorers.of_pictures_alone)  # no picture is left to look at
    return FolderContents(names, files, tuple(skipped), tuple(noted), report.notes)


class _Look:
    """Opens and scores a piece of the files; of equal ones the first."""

    def __init__(self, folder: Path, scorers: Scorers) -> None:
        self._folder, self._scorers = folder, scorers
        self._seen, self._lock = set[str](), Lock()

    def __call__(self, paths: Sequence[Path]) -> _Piece:
        found = [open_picture(self._folder, path) for path in paths]
        opened = [(item, _asset(item)) for item in found if isinstance(item, Opened)]
        first = [(asset, item.picture) for item, asset in opened if self._is_first(item.sha256)]
        return _Piece(
            [(item.name, item.path, asset) for item, asset in opened],
            score_piece(self._scorers, first),
            [item for item in found if isinstance(item, Failure)],
            [Failure(item.name, note) for item, _ in opened for note in item.picture.notes],
        )

    def _is_first(self, sha256: str) -> bool:
        with self._lock:
            known = sha256 in self._seen
            self._seen.add(sha256)
        return not known


def _claims(item: Opened) -> dict[str, Any]:
    """That a file says how it was made, where it does."""
    try:
        found = read_embedded_metadata(item.data, item.name)
    except ImageError:
        return {}
    return {"claims": True} if found.recipe or found.parameters or found.unread else {}


def _asset(item: Opened) -> Asset:
    height, width = item.picture.pixels.shape[:2]
    said = {"lossless": item.picture.lossless, "animated": item.picture.animated, **_claims(item)}
    return Asset(0, None, item.sha256, item.pixel_sha256, width, height, len(item.data), said)
