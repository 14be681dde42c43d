"""Near-duplicates: which pictures are one picture, and which of them to keep.

Pure: arrays in, groups out. The search is exact and blocked, so that no matrix of all pairs ever exists; groups are
stars around the best picture, so that every member is near its keeper and no chain of small steps joins two pictures
that are unlike (the fault of connected components).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError
from collection.judge.hashes import hamming

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

PHASH_DISTANCE = 4
"""Bits in which the hashes of one picture may differ. On photographs (tests/judge/test_duplicates.py) it finds every
re-encoded, halved or blurred copy; unlike pictures are 20 and more apart."""
COSINE = 0.9
"""Least cosine of near-duplicates by EfficientNet-Lite0, before calibration: unlike photographs stay under 0.5, and
brightened, recoloured, mirrored and slightly cropped copies over 0.9."""
CEILING = 0.985
"""Calibration never asks for more than this: a copy must stay findable in a series of near-equals."""
SPREADS = 5.0
"""How many robust standard deviations above its median a series' own cosines must reach to be remarkable: of normal
ones, 3 of 10 million. On three painted series of 24 to 28 pictures it gave 0.94 to 0.95; their nearest unlike pictures
had 0.89 to 0.92, and re-encoded, halved or slightly blurred copies 0.97 to 0.99 (median)."""

_BLOCK_ELEMENTS = 1 << 22
"""Pairs looked at together: about 60 MB while a block is compared."""


@dataclass(frozen=True, slots=True)
class Member:
    """A picture set aside: `why` is bytes, pixels, phash or cosine; `distance` is 0, 0, bits, or 1 - cosine."""

    id: int
    why: str
    distance: float


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """The picture kept and those set aside for it, by id."""

    keeper: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is compared, row by row. `ids` are unique; higher `scores` are better (NaN is worst)."""

    ids: Sequence[int]
    scores: Sequence[float]
    files: Sequence[str]
    """SHA-256 of the files."""
    pixels: Sequence[str]
    """SHA-256 of the decoded pixels; equal ones must have equal perceptual hashes."""
    phashes: npt.NDArray[np.uint64]
    """(n,)"""
    embeddings: Vectors
    """Unit vectors (n, d); d may be 0: then cosines are not compared."""

    def __post_init__(self) -> None:
        lengths = [len(column) for column in (self.scores, self.files, self.pixels, self.phashes, self.embeddings)]
        if set(lengths) != {len(self.ids)} or len(set(self.ids)) != len(self.ids):
            raise UsageError(f"{len(self.ids)} ids (unique?) and columns of {lengths} do not belong together")


def find_duplicates(
    pictures: Pictures, *, phash_distance: int = PHASH_DISTANCE, cosine: float | Sequence[float] = COSINE
) -> list[DuplicateGroup]:
    """Groups of near-duplicates, by keeper id; the order of the rows does not matter.

    Best first (highest score, then lowest id), each picture that no better one has taken keeps what is near it:
    the same file, the same pixels, hashes within `phash_distance` bits, or a cosine of at least `cosine` (one number,
    or one a picture: a pair must reach both). Time grows with n squared, memory does not: a block of rows at a time.
    """
    order = sorted(range(len(pictures.ids)), key=lambda row: _rank(pictures, row))
    columns = _Columns.of(pictures, order, cosine)
    free = np.ones(len(order), dtype=bool)
    groups, start = [], 0
    while start < len(order):
        stop = min(len(order), start + max(1, _BLOCK_ELEMENTS // (len(order) - start)))
        groups += columns.groups(start, stop, free, phash_distance)
        start = stop
    return sorted(groups, key=lambda group: group.keeper)


def _rank(pictures: Pictures, row: int) -> tuple[float, int]:
    score = pictures.scores[row]
    return (-score if score == score else float("inf"), pictures.ids[row])


@dataclass(frozen=True, slots=True)
class _Columns:
    """The pictures best first, as arrays."""

    ids: npt.NDArray[np.int64]
    files: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.int64]
    phashes: npt.NDArray[np.uint64]
    embeddings: Vectors
    cosines: Vectors

    @classmethod
    def of(cls, pictures: Pictures, order: Sequence[int], cosine: float | Sequence[float]) -> _Columns:
        rows = np.array(order, dtype=np.int64)
        wanted = np.broadcast_to(np.asarray(cosine, dtype=np.float32), rows.shape)
        return cls(
            np.array(pictures.ids, dtype=np.int64)[rows],
            _numbered(pictures.files)[rows],
            _numbered(pictures.pixels)[rows],
            pictures.phashes[rows],
            np.ascontiguousarray(pictures.embeddings[rows], dtype=np.float32),
            wanted[rows],
        )

    def groups(self, start: int, stop: int, free: Bools, phash_distance: int) -> list[DuplicateGroup]:
        """Let each free row of a block take what is free and near among the rows after it; `free` is updated."""
        rows, later = np.flatnonzero(free[start:stop]) + start, np.flatnonzero(free[start:]) + start
        near = self._near(rows, later, phash_distance)
        found = []
        for index in np.flatnonzero(near.sum(axis=1) > 1):  # every row is near itself
            row = rows[index]
            taken = later[near[index] & free[later] & (later > row)]
            if free[row] and taken.size:
                free[taken] = False
                members = (self._member(int(row), int(other), phash_distance) for other in taken)
                found.append(DuplicateGroup(int(self.ids[row]), tuple(sorted(members, key=lambda member: member.id))))
        return found

    def _near(self, rows: Rows, later: Rows, phash_distance: int) -> Bools:
        """(rows, later): equal pixels have equal hashes, so that hashes and cosines decide all."""
        near = hamming(self.phashes[rows, None], self.phashes[later]) <= phash_distance
        if self.embeddings.shape[1]:
            cosines = self.embeddings[rows] @ self.embeddings[later].T
            near |= cosines >= np.maximum(self.cosines[rows, None], self.cosines[later])
        return np.asarray(near)

    def _member(self, keeper: int, other: int, phash_distance: int) -> Member:
        number = int(self.ids[other])
        if self.files[keeper] == self.files[other]:
            return Member(number, "bytes", 0.0)
        if self.pixels[keeper] == self.pixels[other]:
            return Member(number, "pixels", 0.0)
        bits = int(hamming(self.phashes[keeper], self.phashes[other]))
        if bits <= phash_distance:
            return Member(number, "phash", float(bits))
        cosine = float(self.embeddings[keeper] @ self.embeddings[other])
        return Member(number, "cosine", round(max(0.0, 1 - cosine), 6))


def _numbered(values: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    """Equal values get equal numbers."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def calibrated_cosine(embeddings: Vectors, *, least: float = COSINE) -> float:
    """A threshold for pictures of one series: `least`, or more where all of the series look alike.

    Pictures of one prompt or style sit close together, so what is remarkable is measured on the series itself: its
    cosines, made about normal by Fisher's z (R. A. Fisher, 1915: artanh), their median plus `SPREADS` robust standard
    deviations (upper quartile minus median, over 0.6745). Copies move neither while fewer than about a quarter of
    all pairs are copies. At most `CEILING`.
    """
    cosines = _sample_of_cosines(embeddings)
    if not cosines.size:
        return least
    middle, upper = np.arctanh(np.clip(np.quantile(cosines, (0.5, 0.75)), -0.999999, 0.999999))
    remarkable = float(np.tanh(middle + SPREADS * (upper - middle) / 0.6745))
    return max(least, min(CEILING, remarkable))


def _sample_of_cosines(embeddings: Vectors, most: int = 200_000) -> Vectors:
    """Cosines of pairs at fixed distances in the order given: all pairs of a small series, about `most` of a large."""
    count = len(embeddings)
    steps = range(1, count)
    if count * (count - 1) // 2 > most:
        steps = range(1, count, max(1, count * count // (2 * most)))
    parts = [np.einsum("nd,nd->n", embeddings[:-step], embeddings[step:]) for step in steps]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
