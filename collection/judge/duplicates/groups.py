"""Near-duplicates: which pictures are one picture, and which of them to keep.

Pure: neighbours in, groups out. Groups are stars around the best picture, so that every member is near its keeper and
no chain of small steps joins two pictures that are unlike (the fault of connected components).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collection.errors import UsageError
from collection.judge.duplicates.calibrate import COSINE
from collection.judge.duplicates.cosine import Vectors, limit, pair_distances
from collection.judge.duplicates.hash_neighbours import Hashes, hash_distances, near_hashes
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import Bools, Floats, Found, Rows

PHASH_DISTANCE = 4
"""Bits in which the hashes of one picture may differ. On photographs (tests/judge/duplicates/test_edits.py) it finds
every re-encoded, halved or blurred copy; unlike pictures are 18 and more apart."""


@dataclass(frozen=True, slots=True)
class Member:
    """A picture set aside: `why` is bytes, pixels, phash, mirrored or cosine; `distance` 0, 0, bits, bits, 1 - cosine.

    Of several reasons the first is given.
    """

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
    hashes: Hashes
    """(n, 2): perceptual hashes of the pictures and of their mirror images."""
    embeddings: Vectors
    """Unit vectors (n, d); d may be 0: then cosines are not compared."""

    def __post_init__(self) -> None:
        lengths = [len(column) for column in (self.scores, self.files, self.pixels, self.hashes, self.embeddings)]
        if set(lengths) != {len(self.ids)} or len(set(self.ids)) != len(self.ids):
            raise UsageError(f"{len(self.ids)} ids (unique?) and columns of {lengths} do not belong together")


@dataclass(frozen=True, slots=True)
class Images:
    """The images to group, in the order in which they may keep others, best first. An image shows one picture."""

    ids: Sequence[int]
    pictures: Rows
    """(n,): the row of the picture that each shows."""
    files: Sequence[Hashable]
    """Equal for images of equal files."""
    pixels: Sequence[Hashable]
    """Equal for images of equal pixels."""
    limits: Sequence[float]
    """The greatest cosine distance at which each is a near-duplicate; a pair must be within both."""
    bits: int
    """The same of their hashes."""
    locked: frozenset[int] = frozenset()
    """Ids of those that are kept whatever they are near to."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of pictures that are near by one measure, as a search found them."""

    found: Found
    """Rows and `cut` are by picture; of a pair, that which was searched later is the query."""
    missing: Callable[[int, Rows], tuple[Floats, Bools]]
    """(picture, pictures) -> their distances and whether they are mirrored: asked where a search was cut off."""


def of_hashes(found: Found, hashes: Callable[[], Hashes]) -> Neighbours:
    """What a search by hash found; `hashes` (n, 2) are asked for only where it was cut off."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Bools]:
        bits, mirrored = hash_distances(hashes()[row], hashes()[rows])
        return bits.astype(np.float64), mirrored

    return Neighbours(found, missing)


def of_vectors(found: Found, vectors: Callable[[], Vectors]) -> Neighbours:
    """What a search by vector found; `vectors` (n, d) are asked for only where it was cut off."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Bools]:
        some = vectors()
        distances = pair_distances(some, some, np.full(len(rows), row), rows)
        return distances, np.zeros(len(rows), dtype=bool)

    return Neighbours(found, missing)


def find_duplicates(
    pictures: Pictures, *, phash_distance: int = PHASH_DISTANCE, cosine: float | Sequence[float] = COSINE
) -> list[DuplicateGroup]:
    """Groups of near-duplicates, by keeper id; the order of the rows does not matter.

    Best first (highest score, then lowest id), each picture that no better one has taken keeps what is near it:
    the same file, the same pixels, hashes within `phash_distance` bits, or a cosine of at least `cosine` (one number,
    or one a picture: a pair must reach both). Time grows with n squared, memory does not.
    """
    order = sorted(range(len(pictures.ids)), key=lambda row: _rank(pictures, row))
    wanted = np.broadcast_to(np.asarray(cosine, dtype=np.float64), len(order))
    images = Images(
        [pictures.ids[row] for row in order],
        np.array(order, dtype=np.int64),
        [pictures.files[row] for row in order],
        [pictures.pixels[row] for row in order],
        [limit(float(wanted[row])) for row in order],
        phash_distance,
    )
    hashes, vectors, earlier = pictures.hashes, pictures.embeddings, np.arange(len(order))
    by_hash = near_hashes(hashes, hashes, phash_distance, before=earlier)
    within = max(images.limits, default=0.0) if vectors.shape[1] else -1.0
    by_vector = near_vectors(vectors, vectors, within, before=earlier)
    return stars(images, of_hashes(by_hash, lambda: hashes), of_vectors(by_vector, lambda: vectors))


def _rank(pictures: Pictures, row: int) -> tuple[float, int]:
    score = pictures.scores[row]
    return (-score if score == score else float("inf"), pictures.ids[row])


def stars(images: Images, by_hash: Neighbours, by_vector: Neighbours) -> list[DuplicateGroup]:
    """Let each image, in order, that none before it has taken take what is free and near it; by keeper id.

    The groups are those of all pairs, also where a search was cut off: what it left out is then worked out anew, for
    keepers only.
    """
    near = _Near(by_hash, images.bits), _Near(by_vector, max(images.limits, default=0.0))
    showing = defaultdict(list)
    for place, picture in enumerate(images.pictures.tolist()):
        showing[picture].append(place)
    free = np.ones(len(images.ids), dtype=bool)
    left = np.zeros(len(by_hash.found.cut), dtype=bool)  # pictures that a free image shows
    left[images.pictures] = True
    groups = []
    for place, picture in enumerate(images.pictures.tolist()):
        if not free[place] or not (len(showing[picture]) > 1 or any(measure.has(picture, left) for measure in near)):
            continue
        free[place] = False
        left[picture] = any(free[twin] for twin in showing[picture])
        taken: dict[int, Member] = {}
        for other, why, distance in _nearest(picture, near, left):
            for twin in showing[other]:
                if free[twin] and images.ids[twin] not in images.locked and _within(images, why, distance, place, twin):
                    taken.setdefault(twin, _member(images, place, twin, why, distance))
        for twin in taken:
            free[twin] = False
            left[images.pictures[twin]] = any(free[other] for other in showing[int(images.pictures[twin])])
        if taken:
            members = sorted(taken.values(), key=lambda member: member.id)
            groups.append(DuplicateGroup(images.ids[place], tuple(members)))
    return sorted(groups, key=lambda group: group.keeper)


def _nearest(picture: int, near: tuple[_Near, _Near], left: Bools) -> Iterator[tuple[int, str, float]]:
    """Pictures near one, why, and how far: itself, those with a near hash, those with a near vector."""
    yield picture, "phash", 0.0
    for other, distance, mirrored in near[0].of(picture, left):
        yield other, "mirrored" if mirrored else "phash", distance
    for other, distance, _ in near[1].of(picture, left):
        yield other, "cosine", distance


def _within(images: Images, why: str, distance: float, keeper: int, other: int) -> bool:
    return why != "cosine" or distance <= min(images.limits[keeper], images.limits[other])


def _member(images: Images, keeper: int, other: int, why: str, distance: float) -> Member:
    number = images.ids[other]
    if images.files[keeper] == images.files[other]:
        return Member(number, "bytes", 0.0)
    if images.pixels[keeper] == images.pixels[other]:
        return Member(number, "pixels", 0.0)
    return Member(number, why, distance)


class _Near:
    """The pairs within a distance, both ways, picture by picture."""

    def __init__(self, neighbours: Neighbours, within: float) -> None:
        found, self._within, self._missing = neighbours.found, within, neighbours.missing
        keep = found.distances <= within
        pairs = found.queries[keep], found.others[keep]
        rows = np.concatenate(pairs)
        order = np.argsort(rows, kind="stable")
        self._starts = np.searchsorted(rows[order], np.arange(len(found.cut) + 1))
        self._others = np.concatenate(pairs[::-1])[order]
        self._distances = np.tile(found.distances[keep], 2)[order]
        self._mirrored = np.tile(found.mirrored[keep], 2)[order]
        self._cut = found.cut <= within
        self._cut_rows = np.flatnonzero(self._cut)

    def has(self, picture: int, left: Bools) -> bool:
        """Whether any of the pictures that are `left` may be near."""
        some = self._cut[picture] or self._starts[picture] < self._starts[picture + 1]
        return bool(some or left[self._cut_rows].any())

    def of(self, picture: int, left: Bools) -> Iterator[tuple[int, float, bool]]:
        """Each picture that is near, how far it is, and whether mirrored."""
        part = slice(self._starts[picture], self._starts[picture + 1])
        yield from _lines(self._others[part], self._distances[part], self._mirrored[part])
        unknown = np.flatnonzero(left) if self._cut[picture] else self._cut_rows[left[self._cut_rows]]
        if unknown.size:
            distances, mirrored = self._missing(picture, unknown)
            close = distances <= self._within
            yield from _lines(unknown[close], distances[close], mirrored[close])


def _lines(rows: Rows, distances: Floats, mirrored: Bools) -> Iterator[tuple[int, float, bool]]:
    return zip(rows.tolist(), distances.tolist(), mirrored.tolist(), strict=True)
