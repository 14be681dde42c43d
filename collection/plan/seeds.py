"""Seeds: everything random in a collection comes from one text, the same way for ever."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import TypeVar

Item = TypeVar("Item")


def derived_seed(collection_seed: int | str, *names: int | str) -> int:
    """A seed for whatever `names` name, 0 to 2**53 - 1 (an integer that JSON readers keep exact).

    The top 53 bits of SHA-256 over the length-prefixed parts; an integer seed and the text of its digits are the
    same seed.
    """
    digest = hashlib.sha256(b"collection/seed/1")
    for part in (collection_seed, *names):
        data = str(part).encode("utf-8")
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest()[:8], "big") >> 11


LARGEST_SEED = 2**32 - 1
"""Of an image that is planned: every tool for diffusion models makes the same noise of such a seed."""


def image_seed(collection_seed: int | str, *names: int | str) -> int:
    """The seed of the image that `names` name, 0 to LARGEST_SEED: the top 32 bits of `derived_seed`."""
    return derived_seed(collection_seed, *names) >> 21


def image_seeds(collection_seed: int | str, *names: int | str) -> Iterator[int]:
    """The seeds of images 0, 1, 2, ... of one name, no two equal: where two are, the later image draws again."""
    taken: set[int] = set()
    for number in count():
        seed, attempt = image_seed(collection_seed, *names, number), 0
        while seed in taken:
            attempt += 1
            seed = image_seed(collection_seed, *names, number, attempt)
        taken.add(seed)
        yield seed


class RandomStream:
    """A stream of random numbers that is the same on every machine and for ever.

    Mersenne Twister (Matsumoto, Nishimura 1998) through `random.Random.random`, the one method of which Python
    promises that its numbers never change; all else is made from it with basic float64 arithmetic.
    """

    def __init__(self, seed: int) -> None:
        self.unit = random.Random(seed).random
        """The next number, uniform in [0, 1)."""

    def below(self, limit: int) -> int:
        """A whole number, uniform in 0 to `limit` - 1."""
        return int(self.unit() * limit)

    def weighted(self, weights: Sequence[float]) -> int:
        """An index, drawn by weights of which at least one is positive."""
        left = self.unit() * sum(weights)
        last = 0
        for index, weight in enumerate(weights):
            if weight > 0:
                if left < weight:
                    return index
                last = index
            left -= weight
        return last

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """The items in a random order (Fisher and Yates)."""
        found = list(items)
        for last in range(len(found) - 1, 0, -1):
            other = self.below(last + 1)
            found[last], found[other] = found[other], found[last]
        return found
