"""Shares turned into whole numbers."""

from __future__ import annotations

from collections.abc import Sequence


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
