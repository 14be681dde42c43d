"""A choice of images in numbers, small enough to be looked at pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Problem:
    """F(S) = the sum of quality over S + weight * log det C_SS, of sets S with so many of each kind."""

    quality: Numbers
    """(n,)."""
    kinds: Rows
    """(n,)."""
    taken: tuple[int, ...]
    """How many of each kind are chosen, not more than there are."""
    likeness: Numbers
    """C = I + b V V^T, (n, n)."""
    weight: float

    def worth(self, rows: Rows) -> float:
        """F of a set."""
        determinant = float(np.linalg.slogdet(self.likeness[np.ix_(rows, rows)])[1])
        return float(self.quality[rows].sum()) + self.weight * determinant
