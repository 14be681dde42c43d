"""Cross-collection duplicates: images of a project that are near-duplicates of pictures elsewhere are set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collection.judge.duplicates.close_look import Whole
from collection.judge.duplicates.cosine import Vectors, limit, pair_distances
from collection.judge.duplicates.dedupe import NO_LOOK, DuplicateThresholds, comparable
from collection.judge.duplicates.hash_neighbours import KINDS, Hashes, hash_distances, near_hashes
from collection.judge.duplicates.hashes import FORMS
from collection.judge.duplicates.neighbourhood import forms_of, series_thresholds
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import Floats, NeighbourPairs
from collection.judge.duplicates.second_look import SecondLook
from collection.judge.duplicates.small_copies import SmallCopies
from collection.store.columns import ComparedImage
from collection.store.judging_records import CrossCollectionDuplicate
from collection.store.store import Store
from collection.values import label


@dataclass(frozen=True, slots=True)
class OtherPictures:
    """Pictures that are not of this project, row by row."""

    place: str
    """The folder they are in: its name in the store."""
    names: tuple[str, ...]
    """Each in words."""
    pixels: tuple[str, ...]
    """SHA-256 of the decoded pixels."""
    hashes: Hashes
    """(n, FORMS): their perceptual hashes."""
    embeddings: Vectors
    """Vectors (n, d) of the encoder by which the project is compared."""
    small_copies: SmallCopies
    """What each is laid over ours by; none of what moves."""
    unscored: int = 0
    """Pictures there that have no vector and were left out."""

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class CrossCollectionReport:
    """How many of ours were compared with how many of theirs, and what was set aside."""

    compared: int
    others: int
    duplicates: tuple[CrossCollectionDuplicate, ...]


def other_pictures(
    store: Store, model: str, place: str, names: dict[str, str], whole: Whole | None = None
) -> OtherPictures:
    """The pictures of another store that `model` has encoded; `names` has words for some of them, by file hash.

    `whole` opens them for a close look.
    """
    images = store.compared_images()
    assets = comparable(store, images, model)
    hashes, vectors = _seen(store, model, assets)
    return OtherPictures(
        place,
        tuple(f"{names.get(asset.file_sha256, label(asset.id))} in {place}" for asset in assets),
        tuple(asset.pixel_sha256 for asset in assets),
        hashes,
        vectors,
        _small_copies(store, assets, whole),
        len(images) - len(assets),
    )


def mark_duplicates_of(
    store: Store, thresholds: DuplicateThresholds, others: OtherPictures, whole: Whole | None = None
) -> CrossCollectionReport:
    """Set aside what is near a picture elsewhere, in place of what was set aside for that place before.

    Near is what `dedupe` calls near, by the signals that are on: the same pixels, or a hash within `phash_distance`
    bits or the cosine that the image's own series must reach, confirmed by a second look. Of several, the one with
    the highest cosine is named. Exact.
    """
    assets = comparable(store, store.compared_images(), thresholds.model)
    hashes, vectors = _seen(store, thresholds.model, assets)
    candidates = _candidates(hashes, vectors, _limits(store, thresholds, assets), others, thresholds)
    duplicates = {}
    copies = _small_copies(store, assets, whole)
    for row, other, distance in _nearest(candidates, assets, copies, others, thresholds):
        how = _how(assets[row].pixel_sha256 == others.pixels[other], hashes[row], others.hashes[other], thresholds)
        file = assets[row].file_sha256
        duplicates[file] = CrossCollectionDuplicate(file, f"{others.names[other]}{how}", distance)
    found = tuple(duplicates.values())
    store.replace_against(others.place, found)
    return CrossCollectionReport(len(assets), len(others), found)


def _seen(store: Store, model: str, assets: Sequence[ComparedImage]) -> tuple[Hashes, Vectors]:
    known, files = store.hashes(), sorted({asset.file_sha256 for asset in assets})
    place = {file: row for row, file in enumerate(files)}
    rows = [place[asset.file_sha256] for asset in assets]
    hashes = np.array([known[asset.file_sha256] for asset in assets], dtype=np.uint64).reshape(-1, FORMS)
    return hashes, store.vectors(model, files)[rows]


def _limits(store: Store, thresholds: DuplicateThresholds, assets: Sequence[ComparedImage]) -> Floats:
    if thresholds.cosine is not None:
        return np.full(len(assets), limit(thresholds.cosine))
    wanted = series_thresholds(store, assets, thresholds.model, least=thresholds.least_cosine)
    return np.array([limit(wanted[asset.series]) for asset in assets])


def _small_copies(store: Store, assets: Sequence[ComparedImage], whole: Whole | None) -> SmallCopies:
    known = store.looks([asset.file_sha256 for asset in assets if not asset.animated])
    files = [asset.file_sha256 for asset in assets]
    return SmallCopies(
        [known.get(file) for file in files],
        lambda rows: store.small_copies([files[row] for row in rows]),
        None if whole is None else lambda row: whole(files[row]),
    )


def _candidates(
    hashes: Hashes, vectors: Vectors, limits: Floats, others: OtherPictures, thresholds: DuplicateThresholds
) -> dict[int, dict[int, float]]:
    """Of each picture, by row, the others that are near it, and how far they are by vector; the nearest first."""
    found = list[NeighbourPairs]()
    if len(hashes) and len(others) and "vectors" in thresholds.signals:
        found.append(near_vectors(vectors, others.embeddings, limits))
    if len(hashes) and len(others) and "phash" in thresholds.signals:
        forms = forms_of(thresholds.signals)
        found.append(near_hashes(hashes, others.hashes, thresholds.phash_distance, forms=forms))
    rows = np.concatenate([np.zeros(0, np.int64), *(pairs.queries for pairs in found)])
    columns = np.concatenate([np.zeros(0, np.int64), *(pairs.others for pairs in found)])
    distances = pair_distances(vectors, others.embeddings, rows, columns) if len(rows) else np.zeros(0)
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for index in np.lexsort((columns, distances)).tolist():
        near[int(rows[index])][int(columns[index])] = float(distances[index])
    return near


def _nearest(
    candidates: Mapping[int, Mapping[int, float]], assets: Sequence[ComparedImage], copies: SmallCopies,
    others: OtherPictures, thresholds: DuplicateThresholds,
) -> Iterator[tuple[int, int, float]]:  # fmt: skip
    """(row, other, distance) of each picture that is near any other, with the nearest that shows the same."""
    signals, equal = thresholds.signals, {pixels: row for row, pixels in reversed([*enumerate(others.pixels)])}
    second = SecondLook(
        copies,
        others.small_copies,
        limit=thresholds.tile_difference,
        turns="turns" in signals,
        borders="borders" in signals,
    )
    for row, asset in enumerate(assets):
        if (other := equal.get(asset.pixel_sha256)) is not None:
            yield row, other, 0.0
        elif near := candidates.get(row):
            columns = np.array([*near], dtype=np.int64)
            looked = thresholds.tile_difference < NO_LOOK
            verdicts = second.verdicts(row, columns) if looked else ["same"] * len(near)
            same = (other for other, found in zip(near, verdicts, strict=True) if found != "another")
            yield from ((row, other, near[other]) for other in [*same][:1])


def _how(same: bool, ours: Hashes, theirs: Hashes, thresholds: DuplicateThresholds) -> str:
    bits, form = hash_distances(ours, theirs, forms_of(thresholds.signals))
    if same:
        return " (the same pixels)"
    if "phash" not in thresholds.signals or bits > thresholds.phash_distance:
        return ""
    return f" ({f'{KINDS[int(form)]}, ' if form else ''}hashes {bits} bits apart)"
