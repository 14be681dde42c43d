"""Near-duplicates: which pictures are one picture, and which of them to keep.

Pure: neighbours in, groups out. Groups are star clusters around the best picture: every member is near its
representative, and no chain of small steps joins two pictures that differ (the fault of connected components).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collection.judge.duplicates.cosine import Vectors, pair_distances
from collection.judge.duplicates.hash_neighbours import Hashes, hash_distances
from collection.judge.duplicates.pairs import Bools, Floats, NeighbourPairs, Rows

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

    representative: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class OrderedImages:
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

    found: NeighbourPairs
    """Rows and `truncated_at` are by picture; of a pair, that which was searched later is the query."""
    missing: Callable[[int, Rows], tuple[Floats, Bools]]
    """(picture, pictures) -> their distances and whether they are mirrored: asked where a search was truncated."""


def of_hashes(found: NeighbourPairs, hashes: Callable[[], Hashes]) -> Neighbours:
    """What a search by hash found; `hashes` (n, 2) are asked for only where it was truncated."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Bools]:
        bits, mirrored = hash_distances(hashes()[row], hashes()[rows])
        return bits.astype(np.float64), mirrored

    return Neighbours(found, missing)


def of_vectors(found: NeighbourPairs, vectors: Callable[[], Vectors]) -> Neighbours:
    """What a search by vector found; `vectors` (n, d) are asked for only where it was truncated."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Bools]:
        some = vectors()
        distances = pair_distances(some, some, np.full(len(rows), row), rows)
        return distances, np.zeros(len(rows), dtype=bool)

    return Neighbours(found, missing)


def star_clusters(images: OrderedImages, by_hash: Neighbours, by_vector: Neighbours) -> list[DuplicateGroup]:
    """Let each image, in order, that none before it has taken take what is free and near it; by representative id.

    The groups are those of all pairs, also where a search was truncated: what it left out is then worked out anew, for
    representatives only.
    """
    near = _Near(by_hash, images.bits), _Near(by_vector, max(images.limits, default=0.0))
    showing = defaultdict(list)
    for place, picture in enumerate(images.pictures.tolist()):
        showing[picture].append(place)
    free = np.ones(len(images.ids), dtype=bool)
    left = np.zeros(len(by_hash.found.truncated_at), dtype=bool)  # pictures that a free image shows
    left[images.pictures] = True
    groups = []
    for place, picture in enumerate(images.pictures.tolist()):
        if not free[place] or not (len(showing[picture]) > 1 or any(measure.has(picture, left) for measure in near)):
            continue
        free[place] = False
        left[picture] = any(free[copy] for copy in showing[picture])
        taken: dict[int, Member] = {}
        for other, why, distance in _nearest(picture, near, left):
            for copy in showing[other]:
                if (
                    free[copy]
                    and images.ids[copy] not in images.locked
                    and _is_near(images, why, distance, place, copy)
                ):
                    taken.setdefault(copy, _member(images, place, copy, why, distance))
        for copy in taken:
            free[copy] = False
            left[images.pictures[copy]] = any(free[other] for other in showing[int(images.pictures[copy])])
        if taken:
            members = sorted(taken.values(), key=lambda member: member.id)
            groups.append(DuplicateGroup(images.ids[place], tuple(members)))
    return sorted(groups, key=lambda group: group.representative)


def _nearest(picture: int, near: tuple[_Near, _Near], left: Bools) -> Iterator[tuple[int, str, float]]:
    """Pictures near one, why, and how far: itself, those with a near hash, those with a near vector."""
    yield picture, "phash", 0.0
    for other, distance, mirrored in near[0].of(picture, left):
        yield other, "mirrored" if mirrored else "phash", distance
    for other, distance, _ in near[1].of(picture, left):
        yield other, "cosine", distance


def _is_near(images: OrderedImages, why: str, distance: float, representative: int, other: int) -> bool:
    return why != "cosine" or distance <= min(images.limits[representative], images.limits[other])


def _member(images: OrderedImages, representative: int, other: int, why: str, distance: float) -> Member:
    number = images.ids[other]
    if images.files[representative] == images.files[other]:
        return Member(number, "bytes", 0.0)
    if images.pixels[representative] == images.pixels[other]:
        return Member(number, "pixels", 0.0)
    return Member(number, why, distance)


class _Near:
    """The pairs within a distance, both ways, picture by picture."""

    def __init__(self, neighbours: Neighbours, radius: float) -> None:
        found, self._radius, self._missing = neighbours.found, radius, neighbours.missing
        keep = found.distances <= radius
        pairs = found.queries[keep], found.others[keep]
        rows = np.concatenate(pairs)
        order = np.argsort(rows, kind="stable")
        self._starts = np.searchsorted(rows[order], np.arange(len(found.truncated_at) + 1))
        self._others = np.concatenate(pairs[::-1])[order]
        self._distances = np.tile(found.distances[keep], 2)[order]
        self._mirrored = np.tile(found.mirrored[keep], 2)[order]
        self._truncated = found.truncated_at <= radius
        self._truncated_rows = np.flatnonzero(self._truncated)

    def has(self, picture: int, left: Bools) -> bool:
        """Whether any of the pictures that are `left` may be near."""
        some = self._truncated[picture] or self._starts[picture] < self._starts[picture + 1]
        return bool(some or left[self._truncated_rows].any())

    def of(self, picture: int, left: Bools) -> Iterator[tuple[int, float, bool]]:
        """Each picture that is near, how far it is, and whether mirrored."""
        part = slice(self._starts[picture], self._starts[picture + 1])
        yield from _lines(self._others[part], self._distances[part], self._mirrored[part])
        unknown = np.flatnonzero(left) if self._truncated[picture] else self._truncated_rows[left[self._truncated_rows]]
        if unknown.size:
            distances, mirrored = self._missing(picture, unknown)
            close = distances <= self._radius
            yield from _lines(unknown[close], distances[close], mirrored[close])


def _lines(rows: Rows, distances: Floats, mirrored: Bools) -> Iterator[tuple[int, float, bool]]:
    return zip(rows.tolist(), distances.tolist(), mirrored.tolist(), strict=True)
