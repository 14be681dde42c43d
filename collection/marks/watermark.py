"""An invisible watermark of 64 bits in the brightness of a picture, which copies of the picture keep.

The picture is looked at as a square of 512 pixels, whatever its size, so that a smaller or larger copy shows the same.
Of that: the approximation of a Haar wavelet transform, in blocks of 4x4; the DCT of each block, its coefficients in an
order that the key gives; the largest singular value of that matrix, moved to the nearest point of one of two lattices,
which say 0 and 1. Each bit is written 64 times. What is added to the square is added to the picture, enlarged.
Sources: quantization index modulation (Chen and Wornell, 2001); DWT, DCT and SVD together as in Navas et al., 2008.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from collection.marks.altered import COARSE, FINE, best_line, frames, views

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

SIDE, BLOCK, BITS = 512, 4, 64
"""Pixels of the square, side of a block of its approximation, and bits of a watermark."""
BLOCKS = (SIDE // 2 // BLOCK) ** 2
STEP = 56.0
"""Distance of two lattice points: what is added is at most half of it for a block of 64 pixels, 3.5 levels."""
SMALLEST = 256
"""Pixels of the shorter side that a picture must have to hold it."""
CLEAR = 0.5
"""The strength from which on a trace is not read again as if the picture were brighter or darker."""
PUBLIC = b"collection/watermark/1"
"""The key of who names none: anybody can look for the watermark."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What was read where a watermark would be."""

    bits: int
    """0 to 2**64 - 1."""
    strength: float
    """How far the places of each bit agree, 0 to 1: about 0.07 without a watermark, near 1 in an untouched one."""
    levelled: bool = False
    """Whether brightness was undone: every bit may then be its opposite, all of them together, because half a lattice
    is 3.5 levels of brightness, and a plain picture does not tell which of the two it was."""

    @property
    def found(self) -> bool:
        """Whether there is a watermark: pictures without one lie ten standard deviations below."""
        return self.strength > 0.14

    def agrees(self, bits: int) -> bool:
        """Whether it is that of `bits`, as far as it can be read: of 64 random bits 54 agree once in 10**8 times."""
        wrong = (bits ^ self.bits).bit_count()
        return self.found and (min(wrong, BITS - wrong) if self.levelled else wrong) <= BITS - 54


class Watermark(Protocol):
    """A kind of watermark. The same arguments give the same pixels."""

    @property
    def method(self) -> str:
        """Its name and version, which are published with what it marks."""
        ...

    def embed(self, pixels: npt.NDArray[np.uint8], bits: int, key: bytes = PUBLIC) -> npt.NDArray[np.uint8]:
        """The picture, (h, w, 3 or 4) uint8, with 64 bits in it; raises ValueError where it cannot hold them."""
        ...

    def read(self, pixels: npt.NDArray[np.uint8], key: bytes = PUBLIC) -> Trace:
        """What a picture holds, (h, w, 3 or 4) uint8 of any size."""
        ...


class LatticeWatermark:
    """The watermark of this module."""

    method = "dwt-dct-svd/1"

    def embed(self, pixels: npt.NDArray[np.uint8], bits: int, key: bytes = PUBLIC) -> npt.NDArray[np.uint8]:
        """See Watermark. Raises ValueError for a picture of less than SMALLEST pixels a side."""
        import numpy as np

        if min(pixels.shape[:2]) < SMALLEST:
            raise ValueError(f"a watermark needs {SMALLEST} pixels a side")
        square = _square(_brightness(pixels))
        added = _written(square, bits, _secret(key)) - square
        enlarged = _resample(added.shape[0], pixels.shape[0]) @ added @ _resample(added.shape[1], pixels.shape[1]).T
        marked = pixels.copy()
        marked[..., :3] = np.clip(np.rint(pixels[..., :3] + enlarged[..., None]), 0, 255).astype(np.uint8)
        return marked

    def read(self, pixels: npt.NDArray[np.uint8], key: bytes = PUBLIC) -> Trace:
        """See Watermark. What is not found in the picture as it is, is looked for in what `altered` undoes."""
        plane, secret = _brightness(pixels), _secret(key)
        traces = list[Trace]()  # the first is of the picture as it is
        for view in views(plane):
            trace = _trace(square := _square(view), secret)
            traces.append(trace)
            if trace.found:
                return trace if trace.strength > CLEAR else max(trace, _levelled(square, secret), key=_strength)
        for view in frames(plane):
            trace = _levelled(_square(view), secret)
            if trace.found:
                return trace
        return traces[0]


def payload(recipe_sha256: str) -> int:
    """The 64 bits of a recipe: the first of its SHA-256."""
    return int(recipe_sha256[:16], 16)


@dataclass(frozen=True, slots=True)
class _Secret:
    """What a key decides for each block."""

    bit: Any
    """(BLOCKS,): the bit that is written there."""
    dither: Any
    """(BLOCKS,): where its lattice begins, 0 to STEP; without it, equal blocks of a plain picture would vote as one."""
    order: Any
    """(BLOCKS, 16): the order of its coefficients."""


@lru_cache(maxsize=4)
def _secret(key: bytes) -> _Secret:
    """SHAKE-256 of the key, cut up: the same on every machine and for every version of numpy."""
    import numpy as np

    count = BLOCKS * (BLOCK * BLOCK + 2)
    drawn = np.frombuffer(hashlib.shake_256(key).digest(8 * count), "<u8").reshape(BLOCKS, -1)
    places = np.argsort(drawn[:, 0], kind="stable")
    bit = np.empty(BLOCKS, np.int64)
    bit[places] = np.arange(BLOCKS) % BITS
    return _Secret(bit, drawn[:, 1] / 2**64 * STEP, np.argsort(drawn[:, 2:], axis=1, kind="stable"))


def _brightness(pixels: npt.NDArray[np.uint8]) -> Floats:
    """Luma of ITU-R BT.601, which JPEG keeps best: (h, w), 0 to 255."""
    import numpy as np

    found: Floats = pixels[..., :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return found


def _square(plane: Floats) -> Floats:
    return _resample(plane.shape[0], SIDE) @ plane @ _resample(plane.shape[1], SIDE).T


@lru_cache(maxsize=16)
def _resample(old: int, new: int) -> Floats:
    """(new, old): what makes `new` samples of `old` ones; the mean of those below where they become fewer, else linear
    between the two beside."""
    import numpy as np

    if old == new:
        return np.eye(new)
    scale = old / new
    reach = max(scale, 1.0)
    centres = (np.arange(new) + 0.5) * scale - 0.5
    weights = np.clip(reach - np.abs(np.arange(old)[None, :] - centres[:, None]), 0, None)
    found: Floats = weights / weights.sum(axis=1, keepdims=True)
    return found


def _approximation(square: Floats) -> Floats:
    """The low frequencies of a Haar transform, orthonormal: (256, 256)."""
    found: Floats = (square[::2, ::2] + square[1::2, ::2] + square[::2, 1::2] + square[1::2, 1::2]) / 2
    return found


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """The orthonormal DCT-II of a block's side."""
    import numpy as np

    place = np.arange(BLOCK)
    found: Floats = np.cos(np.pi * (2 * place[None, :] + 1) * place[:, None] / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    found[0] /= np.sqrt(2)
    return found


def _matrices(approximation: Floats, secret: _Secret) -> Floats:
    """(BLOCKS, 4, 4): the coefficients of each block, in the order of the key."""
    import numpy as np

    rows = approximation.shape[0] // BLOCK
    blocks = approximation.reshape(rows, BLOCK, rows, BLOCK).transpose(0, 2, 1, 3).reshape(BLOCKS, BLOCK, BLOCK)
    coefficients = (_cosines() @ blocks @ _cosines().T).reshape(BLOCKS, -1)
    return np.take_along_axis(coefficients, secret.order, 1).reshape(BLOCKS, BLOCK, BLOCK)


def _trace(square: Floats, secret: _Secret) -> Trace:
    """What the square holds."""
    import numpy as np

    values = np.linalg.svd(_matrices(_approximation(square), secret), compute_uv=False)
    votes = -np.sin(2 * np.pi * (values[:, 0] - secret.dither) / STEP)
    soft = np.bincount(secret.bit, votes, BITS) / (BLOCKS // BITS)
    bits = sum(1 << place for place in range(BITS) if soft[place] > 0)
    return Trace(bits, float(np.abs(soft).mean()))


def _strength(trace: Trace) -> float:
    return trace.strength


def _levelled(square: Floats, secret: _Secret) -> Trace:
    """What the square holds once its brightness and contrast are as they most likely were."""
    import numpy as np

    row, column = np.divmod(np.argmin(secret.order, axis=1), BLOCK)  # where the order puts the mean of a block
    every, of_bits = np.arange(BLOCKS), np.argsort(secret.bit, kind="stable").reshape(BITS, -1)
    for lines in (COARSE, FINE):
        left, values, right = np.linalg.svd(_matrices(_approximation(square), secret))
        mean = left[every, row, 0] * right[every, 0, column] * 2 * BLOCK  # what a level adds to the largest value
        gain, offset = best_line(lines, *(each[of_bits] / STEP for each in (values[:, 0], mean, secret.dither)))
        square = (square - offset) / gain
    return replace(_trace(square, secret), levelled=True)


def _written(square: Floats, bits: int, secret: _Secret) -> Floats:
    """The square with the bits in it."""
    import numpy as np

    approximation = _approximation(square)
    left, values, right = np.linalg.svd(_matrices(approximation, secret))
    wanted = np.array([bits >> place & 1 for place in range(BITS)])[secret.bit]
    start = secret.dither + np.where(wanted == 1, 0.75, 0.25) * STEP
    moved = start + STEP * np.rint((values[:, 0] - start) / STEP)
    white = 255.0 * 2 * BLOCK
    moved = np.where(moved > white, moved - STEP, moved)
    moved = np.where(moved < 0, moved + STEP, moved)
    change = (moved - values[:, 0])[:, None, None] * left[:, :, :1] * right[:, :1, :]
    coefficients = np.empty((BLOCKS, BLOCK * BLOCK))
    np.put_along_axis(coefficients, secret.order, change.reshape(BLOCKS, -1), 1)
    blocks = _cosines().T @ coefficients.reshape(BLOCKS, BLOCK, BLOCK) @ _cosines()
    rows = approximation.shape[0] // BLOCK
    added = blocks.reshape(rows, rows, BLOCK, BLOCK).transpose(0, 2, 1, 3).reshape(approximation.shape)
    return square + np.repeat(np.repeat(added / 2, 2, axis=0), 2, axis=1)
