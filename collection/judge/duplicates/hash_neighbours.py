"""Neighbours by perceptual hash: which pictures are near which, as they are, turned, mirrored or without a border.

Exact and incremental as the search by vector. Hashes within 7 bits of each other agree in one of their four words of 16
bits but for a bit at most (the pigeonhole principle; M. Norouzi, A. Punjani, D. Fleet, "Fast Search in Hamming Space
with Multi-Index Hashing", 2012), so that few pairs are looked at; where words are too common for that to help, all are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.hashes import hamming
from collection.judge.duplicates.pairs import TOP, Kinds, NeighbourPairs, Rows, TopNeighbours, joined, masked

Hashes = npt.NDArray[np.uint64]
"""(n, FORMS): the hashes of each picture; see hashes.py."""

QUERIES, COLUMNS = 256, 1024
"""Hashes of one tile: small enough to stay in a core's cache."""
PLAIN, TURNS, BORDER = (0,), tuple(range(1, 8)), (8,)
"""Forms of a picture that are compared with the plain form of another; without borders also with each other."""
KINDS = ("phash", "mirrored", "turned", "turned", "turned", "turned", "turned", "turned", "border")
"""What is said of a pair whose nearest hashes are the plain one of the one and that form of the other."""
_WORDS, _BITS = 4, 16
_WORTH = 16
"""Looking at a pair that two words propose costs about as much as looking at so many of a tile."""


def hash_distances(one: Hashes, other: Hashes, forms: Sequence[int]) -> tuple[npt.NDArray[np.uint8], Kinds]:
    """Bits between pictures (..., FORMS), element by element (broadcast), and the first form that is so near."""
    least = hamming(one[..., 0], other[..., 0])
    kinds = np.zeros(least.shape, dtype=np.uint8)
    for form in forms:
        bits = np.minimum(hamming(one[..., 0], other[..., form]), hamming(one[..., form], other[..., 0]))
        if form in BORDER:
            bits = np.minimum(bits, hamming(one[..., form], other[..., form]))
        kinds[bits < least] = form
        least = np.minimum(least, bits)
    return least, kinds


def near_hashes(
    queries: Hashes, others: Hashes, radius: int, *, forms: Sequence[int] = (*TURNS, *BORDER),
    before: Rows | None = None, top: int = TOP,
) -> NeighbourPairs:  # fmt: skip
    """For each picture the nearest `top` of others within so many bits, as it is or in one of the `forms` of either.

    With `before` (m,) a query is compared with so many of the others only, the first. Rows as in `near_vectors`.
    """
    pairs = [(0, 0), *((form, 0) for form in forms), *((0, form) for form in forms)]
    pairs += [(form, form) for form in forms if form in BORDER]
    index = _Words(others, radius // _WORDS, pairs) if _worth_an_index(queries, others, radius) else None

    def search(start: int) -> NeighbourPairs:
        rows = slice(start, start + QUERIES)
        block = queries[rows]
        counts = np.full(len(block), len(others)) if before is None else before[rows]
        nearest = TopNeighbours(np.full(len(block), -float(radius)), top)
        if index is None or not index.offer(nearest, block, counts, radius):
            _offer_all(nearest, block, others, counts, radius, pairs)
        found, columns, truncated_at = nearest.rows()
        distances, kinds = hash_distances(block[found], others[columns], forms)
        return NeighbourPairs(found + start, columns, distances.astype(np.float64), kinds, -truncated_at)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return joined(list(pool.map(search, range(0, len(queries), QUERIES))))


def _offer_all(
    nearest: TopNeighbours, block: Hashes, others: Hashes, counts: Rows, radius: int, pairs: Sequence[tuple[int, int]]
) -> None:  # fmt: skip
    end = int(counts.max(initial=0))
    for start in range(0, end, COLUMNS):
        bits = _least_bits(block, others[start : min(end, start + COLUMNS)], pairs)
        if bits.min() <= radius:
            nearest.offer(masked(-bits.astype(np.float32), start, counts), start)


def _least_bits(block: Hashes, tile: Hashes, pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.uint8]:
    """(rows, columns): as hash_distances, in the cache."""
    mixed = np.empty((len(block), len(tile)), dtype=np.uint64)
    least, bits = np.empty(mixed.shape, dtype=np.uint8), np.empty(mixed.shape, dtype=np.uint8)
    np.bitwise_count(np.bitwise_xor(block[:, :1], tile[:, 0], out=mixed), out=least)
    for mine, theirs in pairs[1:]:
        np.bitwise_count(np.bitwise_xor(block[:, mine, None], tile[:, theirs], out=mixed), out=bits)
        np.minimum(least, bits, out=least)
    return least


def _worth_an_index(queries: Hashes, others: Hashes, radius: int) -> bool:
    """Whether there is so much to compare that sorting words pays, and so few bits that they say anything."""
    return radius < 2 * _WORDS and len(queries) >= _WORTH and len(others) >= 1 << _BITS >> 3


class _Words:
    """The others by each of the four words of their hashes."""

    def __init__(self, others: Hashes, flips: int, pairs: Sequence[tuple[int, int]]) -> None:
        self._others, self._pairs = others, pairs
        self._masks = np.array(
            [sum(1 << bit for bit in bits) for count in range(flips + 1) for bits in combinations(range(_BITS), count)],
            dtype=np.uint16,
        )
        forms = {theirs for _, theirs in pairs}
        self._sorted = {form: [_sorted(word) for word in _words(others[:, form])] for form in forms}

    def offer(self, nearest: TopNeighbours, block: Hashes, counts: Rows, radius: int) -> bool:
        """Offer what is near a block of queries; False, and nothing is, where too many pairs would be looked at."""
        looks = [
            (order, starts[keys], starts[keys + 1])
            for mine, theirs in self._pairs
            for (order, starts), word in zip(self._sorted[theirs], _words(block[:, mine]), strict=True)
            for keys in [(word[:, None] ^ self._masks).astype(np.int64)]
        ]
        if sum(int((last - first).sum()) for _, first, last in looks) * _WORTH > len(block) * len(self._others):
            return False
        rows, columns = np.concatenate([_expanded(*look) for look in looks], axis=1)
        bits = _bits_of(block[rows], self._others[columns], self._pairs)
        near = (bits <= radius) & (columns < counts[rows])
        _, once = np.unique(rows[near] * len(self._others) + columns[near], return_index=True)
        near = np.flatnonzero(near)[once]
        nearest.take(rows[near], columns[near], -bits[near].astype(np.float32))
        return True


def _bits_of(one: Hashes, other: Hashes, pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.uint8]:
    return np.asarray(np.min([hamming(one[:, mine], other[:, theirs]) for mine, theirs in pairs], axis=0))


def _sorted(word: npt.NDArray[np.uint16]) -> tuple[Rows, Rows]:
    """The order of the rows by a word, and where in it each of the words that there can be begins."""
    counts = np.bincount(word, minlength=1 << _BITS)
    return np.argsort(word, kind="stable"), np.concatenate([[0], np.cumsum(counts)])


def _words(hashes: npt.NDArray[np.uint64]) -> list[npt.NDArray[np.uint16]]:
    return [(hashes >> np.uint64(_BITS * place)).astype(np.uint16) for place in range(_WORDS)]


def _expanded(order: Rows, first: Rows, last: Rows) -> Rows:
    """(2, p): query and other of each pair; `first` and `last` (queries, masks) bound the others in `order`."""
    lengths = (last - first).ravel()
    rows = np.repeat(np.arange(len(first)), (last - first).sum(axis=1))
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.stack([rows, order[np.repeat(first.ravel(), lengths) + offset]])
