"""Near-duplicates: which pictures are one picture, and which of them to keep.

Pure: neighbours in, groups out. A neighbour is only a candidate: the second look decides, and images of which different
traits are told are different tokens. Groups are star clusters around the best picture: every member is near its
representative, and no chain of small steps joins two pictures that differ (the fault of connected components).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collection.judge.duplicates.cosine import Vectors, pair_distances
from collection.judge.duplicates.hash_neighbours import KINDS, Hashes, hash_distances
from collection.judge.duplicates.pairs import Bools, Floats, Kinds, NeighbourPairs, Rows, joined
from collection.judge.duplicates.second_look import Verdict

PHASH_DISTANCE = 4
"""Bits in which the hashes of one picture may differ. On photographs (tests/judge/duplicates/test_edits.py) it finds
every re-encoded, halved or blurred copy; unlike pictures are 18 and more apart."""
Look = Callable[[int, Rows], Sequence[Verdict]]
"""(picture, pictures) -> what each of them is to it, by a second look."""


@dataclass(frozen=True, slots=True)
class Member:
    """A picture set aside: `why` is bytes, pixels (`distance` 0), phash, mirrored, turned, border (bits) or cosine.

    The distance by cosine is 1 - cosine. Of several reasons the first is given.
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
    told: Sequence[Hashable] = ()
    """What is told of each that makes it another token than one of which something else is told, None where nothing
    is; only equal pixels outweigh it. Absent: nothing of any."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of pictures that are near by one measure, as a search found them."""

    found: NeighbourPairs
    """Rows and `truncated_at` are by picture; of a pair, that which was searched later is the query."""
    missing: Callable[[int, Rows], tuple[Floats, Kinds]]
    """(picture, pictures) -> their distances and kinds: asked where a search was truncated."""


def no_neighbours(count: int) -> Neighbours:
    """What a search finds that was not made, of so many pictures."""
    pairs = joined([])
    return of_vectors(replace(pairs, truncated_at=np.full(count, np.inf)), lambda: np.zeros((count, 0), np.float32))


def of_hashes(found: NeighbourPairs, hashes: Callable[[], Hashes], forms: Sequence[int]) -> Neighbours:
    """What a search by hash found; `hashes` (n, FORMS) are asked for only where it was truncated."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Kinds]:
        bits, kinds = hash_distances(hashes()[row], hashes()[rows], forms)
        return bits.astype(np.float64), kinds

    return Neighbours(found, missing)


def of_vectors(found: NeighbourPairs, vectors: Callable[[], Vectors]) -> Neighbours:
    """What a search by vector found; `vectors` (n, d) are asked for only where it was truncated."""

    def missing(row: int, rows: Rows) -> tuple[Floats, Kinds]:
        some = vectors()
        distances = pair_distances(some, some, np.full(len(rows), row), rows)
        return distances, np.zeros(len(rows), dtype=np.uint8)

    return Neighbours(found, missing)


def star_clusters(
    images: OrderedImages, by_hash: Neighbours, by_vector: Neighbours, look: Look | None = None
) -> list[DuplicateGroup]:
    """Group images around representatives; the groups by the id of theirs.

    In the given order, each image that is still free becomes a representative and takes the free images near it.

    `look` decides of what is near; without it, all of it counts (look-alikes). An image that has a plain border around
    another gives way to that.

    The groups are those of all pairs, also where a search was truncated: what it left out is then worked out anew, for
    representatives only.
    """
    near = _Near(by_hash, images.bits), _Near(by_vector, max(images.limits, default=0.0))
    showing, equals = defaultdict(list), defaultdict(list)
    for place, picture in enumerate(images.pictures.tolist()):
        showing[picture].append(place)
        equals[images.pixels[place]].append(picture)
    free = np.ones(len(images.ids), dtype=bool)
    left = np.zeros(len(by_hash.found.truncated_at), dtype=bool)  # pictures that a free image shows
    left[images.pictures] = True
    groups = []
    for place, picture in enumerate(images.pictures.tolist()):
        equal = equals[images.pixels[place]]
        if not free[place] or not (len(equal) > 1 or any(measure.has(picture, left) for measure in near)):
            continue
        free[place] = False
        left[picture] = any(free[copy] for copy in showing[picture])
        taken: dict[int, Member] = {}
        for other, why, distance in _nearest(picture, equal, near, left):
            for copy in showing[other]:
                if (
                    free[copy]
                    and images.ids[copy] not in images.locked
                    and _is_near(images, why, distance, place, copy)
                ):
                    taken.setdefault(copy, _member(images, place, copy, why, distance))
        inner = _look_again(images, picture, taken, look) if look is not None else []
        for copy in taken:
            free[copy] = False
            left[images.pictures[copy]] = any(free[other] for other in showing[int(images.pictures[copy])])
        if taken:
            groups.append(_group(images, place, taken, inner))
    return sorted(groups, key=lambda group: group.representative)


def _nearest(
    picture: int, equal: Sequence[int], near: tuple[_Near, _Near], left: Bools
) -> Iterator[tuple[int, str, float]]:  # fmt: skip
    """Pictures near one, why, and how far: those of equal pixels, with a near hash, with a near vector."""
    yield from ((other, "pixels", 0.0) for other in equal)
    for other, distance, kind in near[0].of(picture, left):
        yield other, KINDS[kind], distance
    for other, distance, _ in near[1].of(picture, left):
        yield other, "cosine", distance


def _is_near(images: OrderedImages, why: str, distance: float, representative: int, other: int) -> bool:
    if images.files[representative] == images.files[other] or images.pixels[representative] == images.pixels[other]:
        return True
    if images.told and None not in (told := (images.told[representative], images.told[other])) and told[0] != told[1]:
        return False
    return why != "cosine" or distance <= min(images.limits[representative], images.limits[other])


def _look_again(images: OrderedImages, picture: int, taken: dict[int, Member], look: Look) -> list[int]:
    """Leave of what is near by a hash or a vector only what shows the same; returns what the picture is a frame of."""
    doubtful = [copy for copy, member in taken.items() if member.why not in ("bytes", "pixels")]
    verdicts = look(picture, images.pictures[doubtful]) if doubtful else []
    for copy, found in zip(doubtful, verdicts, strict=True):
        if found == "another":
            del taken[copy]
    return [copy for copy, found in zip(doubtful, verdicts, strict=True) if found == "framed"]


def _group(images: OrderedImages, place: int, taken: dict[int, Member], inner: Sequence[int]) -> DuplicateGroup:
    """The group of an image; the first of those that it is only a frame of takes its place."""
    representative, members = images.ids[place], dict(taken)
    if inner and representative not in images.locked:
        unframed = members.pop(min(inner))
        representative = unframed.id
        members[place] = replace(unframed, id=images.ids[place])
    return DuplicateGroup(representative, tuple(sorted(members.values(), key=lambda member: member.id)))


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
        self._kinds = np.tile(found.kinds[keep], 2)[order]
        self._truncated = found.truncated_at <= radius
        self._truncated_rows = np.flatnonzero(self._truncated)

    def has(self, picture: int, left: Bools) -> bool:
        """Whether any of the pictures that are `left` may be near."""
        some = self._truncated[picture] or self._starts[picture] < self._starts[picture + 1]
        return bool(some or left[self._truncated_rows].any())

    def of(self, picture: int, left: Bools) -> Iterator[tuple[int, float, int]]:
        """Each picture that is near, how far it is, and in which form."""
        part = slice(self._starts[picture], self._starts[picture + 1])
        yield from _lines(self._others[part], self._distances[part], self._kinds[part])
        unknown = np.flatnonzero(left) if self._truncated[picture] else self._truncated_rows[left[self._truncated_rows]]
        if unknown.size:
            distances, kinds = self._missing(picture, unknown)
            close = distances <= self._radius
            yield from _lines(unknown[close], distances[close], kinds[close])


def _lines(rows: Rows, distances: Floats, kinds: Kinds) -> Iterator[tuple[int, float, int]]:
    return zip(rows.tolist(), distances.tolist(), kinds.tolist(), strict=True)
