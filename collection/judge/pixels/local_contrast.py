"""A picture with its local mean taken away and its local contrast made one (equations 1 to 3 of the BRISQUE paper).

The many passes of this run over bands of rows that stay in a core's cache: over whole pictures they would wait for
memory most of the time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

BAND = 1 << 15
"""Pixels a band has at most, if it is not one row: so many are worth a pass, and a dozen such arrays fit in a cache."""
GAP = 3
"""Zeros after each row: to both sides of it they are what lies beyond the border."""

_TAPS = np.exp(-(np.arange(-GAP, GAP + 1.0) ** 2) / (2 * (7 / 6) ** 2))
_TAPS /= _TAPS.sum()
"""7 taps of a Gaussian with sigma 7/6, the window of the paper."""
_FLAT = 1e-9
"""Normalised luminance below this is rounding error in a flat area. Its sign would differ between machines and
decide the side it is counted on; as zero it is counted on the right, where the machine's own code puts most of it."""
_SOFTEST = np.float32(1 / 255)
"""What is added to the contrast, so that flat areas have a quotient."""


def normalised_bands(luminance: Array) -> Iterator[Floats]:
    """The normalised luminance of a picture (h, w), band after band from the top, as (1 + rows, w + GAP).

    The first row is the last one of the band before (zeros for the first), for the sake of products of neighbours;
    behind each row follow zeros. A band is overwritten by the next one.

    Means and variances are worked out in double precision, since in flat areas the variance is a difference of almost
    equal numbers; what comes out needs no more than single precision.
    """
    height, width = luminance.shape
    rows = min(max(BAND // (width + GAP), 1), height)
    smoothing = _Smoothing(rows, width)
    normal = np.zeros((rows + 1, width + GAP), np.float32)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        normal[0] = normal[rows]
        _normalise(*smoothing(luminance, top, bottom), out=normal[1 : bottom - top + 1, :width])
        yield normal[: bottom - top + 1]


def _normalise(values: Array, mean: Array, mean_square: Array, out: Floats) -> None:
    """(values - mean) / (deviation + 1/255) of arrays (rows, w), of which the last two are overwritten."""
    difference = np.subtract(values, mean, dtype=np.float64)
    np.multiply(mean, mean, out=mean)
    np.subtract(mean_square, mean, out=mean)
    deviation = np.sqrt(np.abs(mean, out=mean).astype(np.float32))
    deviation += _SOFTEST
    np.divide(difference.astype(np.float32), deviation, out=out)
    out *= np.abs(out) >= _FLAT


class _Smoothing:
    """Local means of a picture and of its square, by bands: 7 by 7 Gaussian windows, zero beyond the border."""

    def __init__(self, rows: int, width: int) -> None:
        self.width = width
        self.sources = np.zeros((2, rows + 2 * GAP, width + GAP))
        self.pair = np.empty((2, rows, width + GAP))
        self.columns = np.zeros(GAP + self.pair.size + GAP)
        self.down = self.columns[GAP:-GAP].reshape(self.pair.shape)

    def __call__(self, luminance: Array, top: int, bottom: int) -> tuple[Array, Array, Array]:
        """The rows from `top` to `bottom`, their local means, and those of their squares, all (rows, w)."""
        rows = bottom - top
        sources = self.sources[:, : rows + 2 * GAP]
        above, below = max(top - GAP, 0), min(bottom + GAP, len(luminance))
        first, end = above - top + GAP, below - top + GAP
        sources[0, :first], sources[0, end:] = 0.0, 0.0
        sources[0, first:end, : self.width] = luminance[above:below]
        np.multiply(sources[0], sources[0], out=sources[1])
        self._smooth_down(sources, rows)
        across = np.correlate(self.columns, _TAPS).reshape(self.pair.shape)[:, :rows, : self.width]
        return luminance[top:bottom], across[0], across[1]

    def _smooth_down(self, sources: Array, rows: int) -> None:
        """The columns of both into `down`, between zeros."""
        down, pair = self.down[:, :rows], self.pair[:, :rows]
        for source, smooth, both in zip(sources, down, pair, strict=True):
            np.multiply(source[GAP : GAP + rows], _TAPS[GAP], out=smooth)
            for reach in range(1, GAP + 1):
                np.add(source[GAP - reach : GAP - reach + rows], source[GAP + reach : GAP + reach + rows], out=both)
                both *= _TAPS[GAP + reach]
                smooth += both
