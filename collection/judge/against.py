"""Against: pictures of a project that are nearly one with a picture elsewhere are set aside for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.judge.dedupe import Nearness, comparable, least_cosines, series_of
from collection.judge.duplicates import Vectors
from collection.judge.hashes import hamming
from collection.store.records import Twin
from collection.store.store import Store

_BLOCK_ELEMENTS = 1 << 22
"""Pairs looked at together."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Pictures that are not of this project, row by row."""

    place: str
    """The folder they are in: its name in the store."""
    names: tuple[str, ...]
    """Each in words."""
    pixels: tuple[str, ...]
    """SHA-256 of the decoded pixels."""
    phashes: npt.NDArray[np.uint64]
    """(n,)"""
    embeddings: Vectors
    """Unit vectors (n, d) of the encoder by which the project is compared."""
    unscored: int = 0
    """Pictures there that have no vector and were left out."""

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class AgainstReport:
    """How many of ours were compared with how many of theirs, and what was set aside."""

    compared: int
    others: int
    twins: tuple[Twin, ...]


def pictures_elsewhere(store: Store, model: str, place: str, names: dict[str, str]) -> Elsewhere:
    """The pictures of another store that `model` has encoded; `names` has words for some of them, by file hash."""
    assets, vectors = comparable(store, model)
    hashes = store.fingerprints()
    return Elsewhere(
        place,
        tuple(f"{names.get(asset.file_sha256, asset.label)} in {place}" for asset in assets),
        tuple(asset.pixel_sha256 for asset in assets),
        np.array([hashes[asset.file_sha256] for asset in assets], dtype=np.uint64),
        vectors,
        len(store.assets()) - len(assets),
    )


def dedupe_against(store: Store, nearness: Nearness, others: Elsewhere) -> AgainstReport:
    """Set aside what is near a picture elsewhere, in place of what was set aside for that place before.

    Near is what `dedupe` calls near: the same pixels, a hash within `phash_distance` bits, or the cosine that the
    image's own series must reach. Of several, the one with the highest cosine is named. Exact, in blocks.
    """
    assets, vectors = comparable(store, nearness.model)
    hashes = store.fingerprints()
    phashes = np.array([hashes[asset.file_sha256] for asset in assets], dtype=np.uint64)
    wanted = least_cosines(assets, vectors, nearness)
    least = np.array([wanted[series_of(asset)] for asset in assets], dtype=np.float32)
    step = max(1, _BLOCK_ELEMENTS // max(1, len(others)))
    twins: dict[str, Twin] = {}
    for start in range(0, len(assets) if len(others) else 0, step):
        rows = slice(start, start + step)
        cosines = vectors[rows] @ others.embeddings.T
        bits = hamming(phashes[rows, None], others.phashes)
        near = np.where((cosines >= least[rows, None]) | (bits <= nearness.phash_distance), cosines, -2.0)
        nearest = near.argmax(axis=1)
        for row, other in enumerate(nearest):
            if near[row, other] > -2.0:
                asset = assets[start + row]
                how = _how(asset.pixel_sha256 == others.pixels[other], int(bits[row, other]), nearness)
                distance = round(max(0.0, 1 - float(cosines[row, other])), 6)
                twins[asset.file_sha256] = Twin(asset.file_sha256, f"{others.names[other]}{how}", distance)
    found = tuple(twins.values())
    store.replace_against(others.place, found)
    return AgainstReport(len(assets), len(others), found)


def _how(same: bool, bits: int, nearness: Nearness) -> str:
    if same:
        return " (the same pixels)"
    return f" (hashes {bits} bits apart)" if bits <= nearness.phash_distance else ""
