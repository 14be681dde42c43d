"""The pictures of a plain folder get their numbers, in a store that need not outlive the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collection.folders import Opened, picture_files, read_ahead
from collection.judge.encoders.cores import on_all_cores
from collection.judge.score import Scorers, judge, score
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Failure, Progress, silent


@dataclass(frozen=True, slots=True)
class Judged:
    """What a folder holds."""

    names: Mapping[int, str]
    """The path in the folder of each picture, by the number it has in the store; in order."""
    files: Mapping[str, Path]
    """Where each picture is, by its path in the folder."""
    skipped: tuple[Failure, ...]
    """Files that are no pictures, by their path in the folder."""
    noted: tuple[Failure, ...]
    """Pictures of which something was left out or changed before they were judged."""


def judge_folder(
    store: Store, folder: Path, scorers: Scorers, *, batch_size: int = 16, progress: Progress = silent
) -> Judged:
    """Judge every picture of a folder as `score` would; each file is decoded once, and none is written.

    The pictures become imported images of `store`. Equal files are looked at once.
    """
    paths, unreadable = picture_files(folder)
    names: dict[int, str] = {}
    files: dict[str, Path] = {}
    skipped, noted, seen = list(unreadable), list[Failure](), set[str]()
    progress(0, len(paths))
    with on_all_cores(scorers.encoder) as encoder:
        shared = replace(scorers, encoder=encoder)
        for number, batch in enumerate(read_ahead(folder, paths, batch_size), start=1):
            opened = [item for item in batch if isinstance(item, Opened)]
            skipped += [item for item in batch if isinstance(item, Failure)]
            noted += [Failure(item.name, note) for item in opened for note in item.picture.notes]
            ids = store.add_imported([_asset(item) for item in opened])
            names |= dict(zip(ids, (item.name for item in opened), strict=True))
            files |= {item.name: item.path for item in opened}
            _look(store, shared, [item for item in opened if item.sha256 not in seen])
            seen |= {item.sha256 for item in opened}
            progress(min(number * batch_size, len(paths)), len(paths))
    score(store, Files(folder), scorers.of_pictures_alone)  # the heads: no picture is left to look at
    return Judged(names, files, tuple(skipped), tuple(noted))


def _look(store: Store, scorers: Scorers, opened: Sequence[Opened]) -> None:
    if opened:
        found = judge(scorers, [_asset(item) for item in opened], [item.picture.pixels for item in opened])
        store.add_judgements(found.scores, found.embeddings, found.fingerprints)


def _asset(item: Opened) -> Asset:
    height, width = item.picture.pixels.shape[:2]
    return Asset(0, None, item.sha256, item.pixel_sha256, width, height, len(item.data))
