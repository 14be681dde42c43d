"""How good any set can be: an upper bound of F over all sets that fill the same capacity.

F is relaxed to shares x of images, 0 to 1, with as many of each kind as are to be chosen. As the relaxation is concave,
its tangent at any x lies above it, so that the tangent's greatest value over the capacities (the best derivatives of
each kind) bounds F for every set: the Lagrangian dual of the capacities. Frank and Wolfe's steps (1956) lead to an x
whose tangent is tight. For the determinant there is the "linx" relaxation (Anstreicher 2020, "Efficient solution of
maximum-entropy sampling problems"), which is F itself at whole x:

    (log det(g C diag(x) C + diag(1 - x)) - k log g) / 2,  C = I + b V V^T,

for any g > 0, of which the best of a few is taken. Where some bound is left to close, the image whose share is most in
doubt is taken in or left out, and both halves are bounded again (branch and bound, Land and Doig 1960).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collection.curate.selection.problem import Numbers, Problem, Rows

STEPS = 30
SCALES = tuple(10.0**power for power in (-5, -4, -3.5, -3, -2.5, -2, -1.5, -1, 0))
"""Values of g that are tried: 1 over the square of what C does to a direction."""
WORK, HALVES = 2e8, 200
"""What halving may cost, in multiplications of matrices; the halves that are bounded at most."""
CLOSE_ENOUGH = 1e-6
"""Share of F that need not be told apart."""


@dataclass(frozen=True)
class _Bound:
    value: float
    x: Numbers
    """Where the tangent touches."""
    fixed: Numbers
    """(n,): 1 for an image that is in, 0 for one that is out, NaN for the others."""


def upper_bound(problem: Problem, chosen: Rows, stays: Rows) -> float:
    """No set is worth more that fills the same capacity and has the rows that stay.

    `chosen`, the rows of a good set, is where the search begins.
    """
    worth, fixed = problem.worth(chosen), np.full(len(problem.quality), np.nan)
    whole = np.zeros(len(fixed))
    whole[chosen], fixed[stays] = 1.0, 1.0
    scale, root = _best_scale(problem, whole, fixed)
    least, nodes = worth * (1 + CLOSE_ENOUGH), [root]
    for _ in range(min(HALVES, int(WORK / (STEPS * len(fixed) ** 3)))):
        top = max(nodes, key=lambda node: node.value)
        open_rows = np.flatnonzero(np.isnan(top.fixed))
        if top.value <= least or not len(open_rows):
            break
        row = open_rows[np.argmin(np.abs(top.x[open_rows] - 0.5))]
        nodes = [node for node in nodes if node is not top]
        for side in (0.0, 1.0):
            half = top.fixed.copy()
            half[row] = side
            if _possible(problem, half):
                found = _bounded(problem, whole, scale, half)
                nodes.append(_Bound(min(found.value, top.value), found.x, half))
    return max(worth, max((node.value for node in nodes), default=worth))


def _best_scale(problem: Problem, whole: Numbers, fixed: Numbers) -> tuple[float, _Bound]:
    """The g of the lowest bound, from the middle of SCALES downhill."""
    tried: dict[int, _Bound] = {}

    def bound(place: int) -> float:
        if place not in tried:
            tried[place] = _bounded(problem, whole, SCALES[place], fixed)
        return tried[place].value

    place = len(SCALES) // 2
    while True:
        near = [other for other in (place - 1, place, place + 1) if 0 <= other < len(SCALES)]
        lowest = min(near, key=bound)
        if lowest == place:
            return SCALES[place], tried[place]
        place = lowest


def _possible(problem: Problem, fixed: Numbers) -> bool:
    """Whether so many of each kind can be chosen with these in and out."""
    counts = [(int((fixed[problem.kinds == kind] == 1).sum()), int((fixed[problem.kinds == kind] != 0).sum()))
              for kind in range(len(problem.taken))]  # fmt: skip
    return all(low <= taken <= high for (low, high), taken in zip(counts, problem.taken, strict=True))


def _bounded(problem: Problem, whole: Numbers, scale: float, fixed: Numbers) -> _Bound:
    """The tightest tangent of STEPS; it holds for sets with the fixed images in and out."""
    preferred = np.select([fixed == 1, fixed == 0], [np.inf, -np.inf], 0.0)
    x = np.where(np.isnan(fixed), 0.5 * whole + 0.25, fixed)
    best, touch = np.inf, x
    for step in range(STEPS):
        value, slope = _linx(problem, x, scale)
        corner = _best_corner(problem, slope + preferred)
        if (tangent := value + float(slope @ (corner - x))) < best:
            best, touch = tangent, x
        x = x + 2 / (step + 4) * (corner - x)
    return _Bound(best, touch, fixed)


def _linx(problem: Problem, x: Numbers, scale: float) -> tuple[float, Numbers]:
    """The relaxation at x and its derivatives, (n,)."""
    c, count = problem.likeness, sum(problem.taken)
    inner = scale * (c * x) @ c + np.diag(1 - x)
    inverse = np.linalg.inv(inner)
    value = (float(np.linalg.slogdet(inner)[1]) - count * np.log(scale)) / 2
    slope = (scale * ((c @ inverse) * c).sum(axis=1) - np.diag(inverse)) / 2
    return float(problem.quality @ x) + problem.weight * value, problem.quality + problem.weight * slope


def _best_corner(problem: Problem, slope: Numbers) -> Numbers:
    """The whole x, with as many of each kind as are taken, along which the tangent rises most."""
    found = np.zeros(len(slope))
    for kind, count in enumerate(problem.taken):
        rows = np.flatnonzero(problem.kinds == kind)
        found[rows[np.argsort(-slope[rows], kind="stable")[:count]]] = 1.0
    return found
