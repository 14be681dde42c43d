"""Cross-collection duplicates: images of a project that are near-duplicates of pictures elsewhere are set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collection.judge.duplicates.cosine import Vectors, limit, pair_distances
from collection.judge.duplicates.dedupe import DuplicateThresholds, comparable
from collection.judge.duplicates.hash_neighbours import Hashes, hash_distances, near_hashes
from collection.judge.duplicates.neighbourhood import series_thresholds
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import Floats
from collection.store.columns import ComparedImage
from collection.store.records import CrossCollectionDuplicate
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
    """(n, 2): perceptual hashes of the pictures and of their mirror images."""
    embeddings: Vectors
    """Vectors (n, d) of the encoder by which the project is compared."""
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


def other_pictures(store: Store, model: str, place: str, names: dict[str, str]) -> OtherPictures:
    """The pictures of another store that `model` has encoded; `names` has words for some of them, by file hash."""
    images = store.compared_images()
    assets = comparable(store, images, model)
    hashes, vectors = _seen(store, model, assets)
    return OtherPictures(
        place,
        tuple(f"{names.get(asset.file_sha256, label(asset.id))} in {place}" for asset in assets),
        tuple(asset.pixel_sha256 for asset in assets),
        hashes,
        vectors,
        len(images) - len(assets),
    )


def mark_duplicates_of(store: Store, thresholds: DuplicateThresholds, others: OtherPictures) -> CrossCollectionReport:
    """Set aside what is near a picture elsewhere, in place of what was set aside for that place before.

    Near is what `dedupe` calls near: the same pixels, a hash within `phash_distance` bits (also mirrored), or the
    cosine that the image's own series must reach. Of several, the one with the highest cosine is named. Exact.
    """
    assets = comparable(store, store.compared_images(), thresholds.model)
    hashes, vectors = _seen(store, thresholds.model, assets)
    nearest = _nearest(hashes, vectors, _limits(store, thresholds, assets), others, thresholds.phash_distance)
    duplicates = {}
    for row, (other, distance) in sorted(nearest.items()):
        how = _how(assets[row].pixel_sha256 == others.pixels[other], hashes[row], others.hashes[other], thresholds)
        file = assets[row].file_sha256
        duplicates[file] = CrossCollectionDuplicate(file, f"{others.names[other]}{how}", distance)
    found = tuple(duplicates.values())
    store.replace_against(others.place, found)
    return CrossCollectionReport(len(assets), len(others), found)


def _seen(store: Store, model: str, assets: Sequence[ComparedImage]) -> tuple[Hashes, Vectors]:
    known, files = store.fingerprints(), sorted({asset.file_sha256 for asset in assets})
    place = {file: row for row, file in enumerate(files)}
    rows = [place[asset.file_sha256] for asset in assets]
    hashes = np.array([known[asset.file_sha256] for asset in assets], dtype=np.uint64).reshape(-1, 2)
    return hashes, store.vectors(model, files)[rows]


def _limits(store: Store, thresholds: DuplicateThresholds, assets: Sequence[ComparedImage]) -> Floats:
    if thresholds.cosine is not None:
        return np.full(len(assets), limit(thresholds.cosine))
    wanted = series_thresholds(store, assets, thresholds.model, least=thresholds.least_cosine)
    return np.array([limit(wanted[asset.series]) for asset in assets])


def _nearest(
    hashes: Hashes, vectors: Vectors, limits: Floats, others: OtherPictures, bits: int
) -> dict[int, tuple[int, float]]:  # fmt: skip
    """Of each picture that is near any other, by row, the nearest by vector and its distance."""
    if not len(hashes) or not len(others):
        return {}
    by_vector = near_vectors(vectors, others.embeddings, limits, top=1)
    by_hash = near_hashes(hashes, others.hashes, bits)
    by_hash_distances = pair_distances(vectors, others.embeddings, by_hash.queries, by_hash.others)
    rows, columns = (
        np.concatenate(pair)
        for pair in ((by_vector.queries, by_hash.queries), (by_vector.others, by_hash.others))
    )  # fmt: skip
    distances = np.concatenate((by_vector.distances, by_hash_distances))
    nearest: dict[int, tuple[int, float]] = {}
    for index in np.lexsort((columns, distances)).tolist():
        nearest.setdefault(int(rows[index]), (int(columns[index]), float(distances[index])))
    return nearest


def _how(same: bool, ours: Hashes, theirs: Hashes, thresholds: DuplicateThresholds) -> str:
    bits, mirrored = hash_distances(ours, theirs)
    if same:
        return " (the same pixels)"
    if bits > thresholds.phash_distance:
        return ""
    return f" ({'mirrored, ' if mirrored else ''}hashes {bits} bits apart)"
