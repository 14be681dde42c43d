"""A better set by swaps: of each kind one that was chosen goes for one that was not, as long as the set gains by it.

With W = C_SS^-1, log det C_SS changes by log W_ii where row i goes, and then by the logarithm of what of row j the rest
does not hold: s_j + (W C_Sj)_i^2 / W_ii, where s_j = C_jj - C_jS W C_Sj is what the whole set does not hold of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from collection.curate.selection.problem import Problem

WORK = 2e9
"""Multiplications of all rounds: a small set is swapped until nothing is gained, a large one a few times."""
LEAST_GAIN = 1e-9


def swapped(problem: Problem, rows: Sequence[int], groups: npt.NDArray[np.intp]) -> list[int]:
    """The rows after the best swaps, in the places of those that went.

    Rows may go for those of their group, (n,); a row of a group below 0 stays where it is.
    """
    chosen = np.array(rows, dtype=np.intp)
    rest = np.setdiff1d(np.arange(len(problem.quality)), chosen)
    if not len(chosen) or not len(rest):
        return list(rows)
    cost = len(chosen) ** 2 * len(problem.quality)
    for _ in range(max(1, int(WORK / cost))):
        may = (groups[chosen][:, None] == groups[rest]) & (groups[chosen][:, None] >= 0)
        gain = np.where(may, _gains(problem, chosen, rest), -np.inf)
        out, into = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if gain[out, into] <= LEAST_GAIN:
            break
        chosen[out], rest[into] = rest[into], chosen[out]
    return [int(row) for row in chosen]


def _gains(problem: Problem, chosen: npt.NDArray[np.intp], rest: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """What F gains by each swap, (out, into)."""
    c = problem.likeness
    inverse, across = np.linalg.inv(c[np.ix_(chosen, chosen)]), c[np.ix_(chosen, rest)]
    held = inverse @ across
    own = np.diag(inverse)[:, None]
    left = np.diag(c)[rest] - (across * held).sum(axis=0) + held**2 / own
    found = np.log(own) + np.log(np.maximum(left, 1e-300))
    return np.asarray(problem.quality[rest] - problem.quality[chosen][:, None] + problem.weight * found)
