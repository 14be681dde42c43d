"""Shares turned into whole numbers."""

from __future__ import annotations

from collections.abc import Sequence

from collection.plan.seeds import RandomStream


def largest_remainder(total: int, shares: Sequence[float]) -> list[int]:
    """Split `total` by positive `shares` into integers that sum to it exactly.

    Hamilton's method: everyone gets the whole part, the rest goes to the largest fractions; of equals, the first.
    """
    whole = sum(shares)
    exact = [total * share / whole for share in shares]
    counts = [int(value) for value in exact]
    by_fraction = sorted(range(len(shares)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_fraction[: total - sum(counts)]:
        counts[index] += 1
    return counts


def spread(total: int, shares: Sequence[float], stream: RandomStream) -> list[int]:
    """Split `total` by positive `shares` into integers that sum to it exactly, at random and evenly over the row.

    Systematic sampling, each stratum with a draw of its own: the row is cut into `total` parts of one weight, and each
    part gives one to a share in it. So few tokens of many numbers are spread over all of them, and many have each
    number as often as its share says, give or take one or two.
    """
    whole, counts, place, end = sum(shares), [0] * len(shares), 0, shares[0] if shares else 0.0
    for part in range(total):
        drawn = (part + stream.unit()) * whole / total
        while drawn >= end and place < len(shares) - 1:
            place += 1
            end += shares[place]
        counts[place] += 1
    return counts
