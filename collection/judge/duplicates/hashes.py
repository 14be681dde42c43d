"""A 64-bit fingerprint of what a picture looks like: similar pictures differ in few bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.store.records import Fingerprint
from collection.values import Pixels

_SIDE = 32
_KEPT = 8
_COSINES = np.cos(np.pi * np.outer(np.arange(_KEPT), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE))
"""The first 8 rows of the discrete cosine transform (type II) of 32 samples."""


_TURNED = np.where(np.arange(_KEPT) % 2, -1.0, 1.0)
"""What mirroring a picture does to its frequencies, column by column: the odd ones are antisymmetric."""


def perceptual_hash(pixels: Pixels) -> int:
    """pHash of an RGB picture (h, w, 3), 0 to 2**64 - 1.

    The picture becomes grey (ITU-R 601) and 32 by 32 (Lanczos); of its cosine transform the 8 by 8 lowest
    frequencies are compared with their median, row by row, first bit highest. That is the DCT hash of C. Zauner,
    "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, in the form that the ImageHash
    package made common, to which it is equal except where a frequency equals the median to a millionth: that bit
    is 0 here, on every machine, so that all pictures of one flat colour have one hash.
    """
    return fingerprint(pixels).phash


def fingerprint(pixels: Pixels) -> Fingerprint:
    """`perceptual_hash` of an RGB picture (h, w, 3) and of its mirror image, of one transform.

    The transform of the mirror image is that of the picture with the odd columns negated; its median is another.
    """
    from PIL import Image

    small = Image.fromarray(pixels).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    grey = np.asarray(small, dtype=np.float64)
    frequencies = _COSINES @ grey @ _COSINES.T
    return Fingerprint(_bits(frequencies), _bits(frequencies * _TURNED))


def _bits(frequencies: npt.NDArray[np.float64]) -> int:
    above = (frequencies - np.median(frequencies)).round(6) > 0
    return int.from_bytes(np.packbits(above.ravel()).tobytes(), "big")


def hamming(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Bits in which hashes differ, 0 to 64, element by element (broadcast)."""
    return np.asarray(np.bitwise_count(one ^ other))
