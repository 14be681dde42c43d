"""Copies of a picture that were altered: mirrored, turned, framed, brighter, darker, with more or less contrast.

The reader of a watermark undoes each of these. Brightness and contrast are one straight line, level = gain * level +
offset, and all lines of a grid are tried at once: to first order, the largest singular value of a block moves by what
the offset adds to its mean, times how far that value is about the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """A grid of straight lines: gains from 1 / `most` to `most`, and offsets of up to so many levels to each side."""

    most: float
    ratio: float
    """Of two gains that are neighbours."""
    levels: float
    step: float
    """Between two offsets."""


COARSE, FINE = Lines(1.45, 1.004, 48, 1.5), Lines(1.008, 1.001, 3, 0.25)
"""The second looks about the line that the first found."""
_PLAIN = 16.0
"""Levels by which a plain frame may differ from its corner: JPEG adds as much beside an edge."""
_SMALLEST = 64
"""Pixels of the shorter side of what is left without a frame."""


def views(plane: Floats) -> Iterator[Floats]:
    """The picture as it is and mirrored, each turned in all ways; then the same of what a plain frame leaves."""
    import numpy as np

    for seen in frames(plane):
        for mirrored in (seen, seen[:, ::-1]):
            yield from (np.ascontiguousarray(np.rot90(mirrored, quarter)) for quarter in range(4))


def frames(plane: Floats) -> Iterator[Floats]:
    """The picture as it is, and without a plain frame if it has one."""
    yield plane
    if (inside := without_frame(plane)) is not None:
        yield inside


def without_frame(plane: Floats) -> Floats | None:
    """What is left of a picture without the plain frame of its corner's brightness; None where there is none."""
    import numpy as np

    differs = np.abs(plane - plane[0, 0]) > _PLAIN
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return None
    inside = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return None if inside.shape == plane.shape or min(inside.shape) < _SMALLEST else inside


def best_line(lines: Lines, phases: Floats, slopes: Floats, dither: Floats) -> tuple[float, float]:
    """(gain, offset) by which a picture was most likely altered.

    The arrays are (bits, places): the values that are read, what an offset of one level adds to each, and where the
    lattice of each place begins; in steps of the lattice. The likeliest line is the one whose undoing makes the places
    of each bit agree most.
    """
    import numpy as np

    count = round(np.log(lines.most) / np.log(lines.ratio))
    offsets = np.arange(-lines.levels, lines.levels + lines.step, lines.step)
    turns = np.exp(-2j * np.pi * slopes[..., None] * offsets).astype(np.complex64)
    best: tuple[float, float, float] = (0.0, 1.0, 0.0)
    for power in range(-count, count + 1):
        gain = lines.ratio**power
        found: Any = np.exp(2j * np.pi * (phases / gain - dither)).astype(np.complex64)
        agreed = np.abs((found[:, None, :] @ turns)[:, 0].imag).mean(axis=0)
        place = int(agreed.argmax())
        best = max(best, (float(agreed[place]), gain, float(offsets[place] * gain)))
    return best[1:]
