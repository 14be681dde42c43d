"""Perceptual hashes: 64 bits of what a picture looks like, of which similar pictures differ in few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.look import small_copy, take_look
from collection.store.judging_records import Fingerprint
from collection.values import Pixels

_SIDE = 32
_KEPT = 8
_COSINES = np.cos(np.pi * np.outer(np.arange(_KEPT), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE))
"""The first 8 rows of the discrete cosine transform (type II) of 32 samples."""


_MIRRORED = np.where(np.arange(_KEPT) % 2, -1.0, 1.0)
"""What mirroring a picture does to its frequencies, column by column: the odd ones are antisymmetric."""
FORMS = 9
"""Hashes of one picture: as it is, mirrored (left and right), its six other turns, and without its plain border."""


def perceptual_hash(pixels: Pixels) -> int:
    """pHash of an RGB picture (h, w, 3), 0 to 2**64 - 1.

    The picture becomes grey (ITU-R 601) and 32 by 32 (Lanczos); of its cosine transform the 8 by 8 lowest
    frequencies are compared with their median, row by row, first bit highest. That is the DCT hash of C. Zauner,
    "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, in the form that the ImageHash
    package made common, to which it is equal except where a frequency equals the median to a millionth: that bit
    is 0 here, on every machine, so that all pictures of one flat colour have one hash.
    """
    return _bits(_frequencies(pixels))


def fingerprint(pixels: Pixels) -> Fingerprint:
    """What an RGB picture (h, w, 3) is recognised by: `FORMS` hashes, a look and a small copy.

    The transform of a turned picture is that of the picture with odd columns or rows negated, or transposed; its median
    is another. The hash of a picture that holds little says as little turned, so that the form is then the plain one.
    """
    look, copy, frequencies = take_look(pixels), small_copy(pixels), _frequencies(pixels)
    plain = _bits(frequencies)
    if not look.rich:
        return Fingerprint((plain,) * FORMS, look, copy)
    turned = [form * sign for form in (frequencies, frequencies.T) for sign in _SIGNS]
    left, top, right, bottom = look.box
    framed = (left, top, right, bottom) != (0, 0, look.width, look.height)
    inner = perceptual_hash(pixels[top:bottom, left:right]) if framed else plain
    return Fingerprint((*(_bits(form) for form in turned), inner), look, copy)


_SIGNS = (1.0, _MIRRORED[None], _MIRRORED[:, None], _MIRRORED[None] * _MIRRORED[:, None])


def _frequencies(pixels: Pixels) -> npt.NDArray[np.float64]:
    from PIL import Image

    small = Image.fromarray(pixels).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return np.asarray(_COSINES @ np.asarray(small, dtype=np.float64) @ _COSINES.T)


def _bits(frequencies: npt.NDArray[np.float64]) -> int:
    above = (frequencies - np.median(frequencies)).round(6) > 0
    return int.from_bytes(np.packbits(above.ravel()).tobytes(), "big")


def hamming(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Bits in which hashes differ, 0 to 64, element by element (broadcast)."""
    return np.asarray(np.bitwise_count(one ^ other))
