"""Random numbers and smooth noise that are the same on every machine.

Only integers, basic float64 arithmetic and floor are used: numpy's `exp`, `log` and `power` choose other
routines on other processors, and its `Generator` distributions may change between versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import fsum
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from collection.generate.painter.arithmetic import Floats

Choice = TypeVar("Choice")

GOLDEN = 0x9E3779B97F4A7C15


def splitmix64(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


class SplitMixStream:
    """A stream of random numbers of its own for each (seed, name): what one element draws moves no other."""

    def __init__(self, seed: int, name: str) -> None:
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        self._state = int.from_bytes(digest[:8], "little")
        self._drawn = 0

    def integers(self, count: int) -> npt.NDArray[np.uint64]:
        """The next `count` raw 64-bit integers."""
        steps = np.arange(self._drawn + 1, self._drawn + count + 1, dtype=np.uint64)
        self._drawn += count
        return splitmix64(np.uint64(self._state) + steps * np.uint64(GOLDEN))

    def units(self, count: int) -> Floats:
        """`count` numbers, uniform in [0, 1), on the grid of 2**-53."""
        return (self.integers(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """One number, uniform in [low, high)."""
        return low + (high - low) * float(self.units(1)[0])

    def bells(self, count: int) -> Floats:
        """`count` numbers of mean 0 in (-1, 1), bell-shaped: the mean of three uniform ones."""
        three = self.units(3 * count)
        return (three[:count] + three[count : 2 * count] + three[2 * count :]) * (2.0 / 3.0) - 1.0

    def weighted(self, odds: Mapping[str, float]) -> str:
        """One key of `odds`, as likely as its value."""
        left = self.between(0.0, fsum(odds.values()))
        for name, weight in odds.items():
            left -= weight
            if left < 0:
                return name
        return list(odds)[-1]

    def shuffled(self, things: Sequence[Choice]) -> list[Choice]:
        """The things in random order."""
        order = np.argsort(self.integers(len(things)), kind="stable")
        return [things[int(i)] for i in order]


def value_noise(stream: SplitMixStream, xs: Floats, ys: Floats, columns: int, rows: int) -> Floats:
    """Smooth noise in [-1, 1) at points (xs, ys) of a lattice of `columns` x `rows` random heights."""
    lattice = (stream.units((columns + 2) * (rows + 2)) * 2.0 - 1.0).reshape(rows + 2, columns + 2)
    xs, ys = np.clip(xs, 0, columns), np.clip(ys, 0, rows)
    left, top = np.floor(xs).astype(np.int64), np.floor(ys).astype(np.int64)
    across, down = xs - left, ys - top
    across, down = across * across * (3 - 2 * across), down * down * (3 - 2 * down)
    upper = lattice[top, left] * (1 - across) + lattice[top, left + 1] * across
    lower = lattice[top + 1, left] * (1 - across) + lattice[top + 1, left + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)
