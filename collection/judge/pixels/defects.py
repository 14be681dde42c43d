"""What can be wrong with a picture, measured on its luminance: softness, bad light, lost tones, bands, borders.

Each measure is one number that means something by itself; what counts as a defect is decided by thresholds, later.
metrics.toml says of each its range, its source and what it cannot tell. Pictures are luminance (h, w) uint8.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.values import Pixels

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LARGEST_SIDE = 512
"""Pixels: a larger picture is looked at reduced by a whole factor, until its longer side is less than twice this."""
CLIPPED = 2
"""Levels of 255 from black or white within which a tone counts as lost."""
STEPS = (3, 24)
"""Levels between neighbouring bands: smaller ones are the usual 8 bits, larger ones are edges."""
LEAST_BAND = 6
"""Pixels, in the reduced picture, that a band is wide at least."""
UNIFORM = 6
"""Levels within which the pixels of a border differ, so that one saved as JPEG counts."""
APART = 8
"""Levels by which what lies inside a border differs from it..."""
STRAIGHT = 0.6
"""...along this share of its edge at least: a frame ends in a straight line, a subject on a plain ground does not."""
JPEG_BLOCK = 8
"""Rows over which JPEG smears such an edge."""

_BLUR = 9
"""Pixels of the box with which Crété and others blur again."""


def luminance(pixels: Pixels) -> Grey:
    """Rec. 709 luma of an RGB picture (h, w, 3), rounded to 8 bits."""
    weights = np.array([13933, 46871, 4732], dtype=np.uint32)  # of 65536
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return np.asarray((red * weights[0] + green * weights[1] + blue * weights[2] + 32768) >> 16, dtype=np.uint8)


def reduce(grey: Grey) -> Grey:
    """The picture made smaller by averaging squares of pixels, so that pictures of all sizes are seen alike."""
    factor = max(grey.shape) // LARGEST_SIDE
    height, width = (side // max(factor, 1) for side in grey.shape)
    if factor < 2 or not height or not width:
        return grey
    squares = grey[: height * factor, : width * factor].reshape(height, factor, width, factor)
    sums = squares.sum(axis=(1, 3), dtype=np.uint32)
    return np.asarray((sums + factor * factor // 2) // (factor * factor), dtype=np.uint8)


def contrast(grey: Grey) -> float:
    """Standard deviation of the luminance, 0 to 0.5 (RMS contrast: E. Peli, JOSA A 7(10), 1990)."""
    counts = np.bincount(grey.ravel(), minlength=256)
    levels = np.arange(256) / 255
    mean = float((counts * levels).sum() / grey.size)
    return float(np.sqrt((counts * (levels - mean) ** 2).sum() / grey.size))


def exposure(grey: Grey) -> float:
    """Mean closeness of the tones to the middle, 0 to 1: exp(-(v - 1/2)^2 / (2 0.2^2)).

    The well-exposedness of T. Mertens, J. Kautz, F. Van Reeth, "Exposure Fusion", Pacific Graphics 2007.
    """
    counts = np.bincount(grey.ravel(), minlength=256)
    closeness = np.exp(-((np.arange(256) / 255 - 0.5) ** 2) / (2 * 0.2**2))
    return float((counts * closeness).sum() / grey.size)


def clipping(grey: Grey) -> float:
    """Share of the pixels that are black or white, 0 to 1."""
    counts = np.bincount(grey.ravel(), minlength=256)
    return float((counts[: CLIPPED + 1].sum() + counts[255 - CLIPPED :].sum()) / grey.size)


def sharpness(grey: Grey) -> float:
    """How much of the variation between neighbours another blur takes away, 0 (none: it was soft) to 1.

    F. Crété, T. Dolmiere, P. Ladret, M. Nicolas, "The blur effect: perception and estimation with a new no-reference
    perceptual blur metric", SPIE 6492, 2007: their blur is 1 minus this, the worse of the two directions.
    """
    if min(grey.shape) < _BLUR:
        return 0.0
    values = grey.astype(np.float32)
    return min(_lost(values), _lost(values.T))


def _lost(values: Floats) -> float:
    """The share of the variation down the columns that a blur down the columns takes away."""
    sums = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0, dtype=np.float32)
    blurred = (sums[_BLUR:] - sums[:-_BLUR]) / _BLUR
    before = np.abs(np.diff(values[_BLUR // 2 : len(values) - _BLUR // 2], axis=0))
    taken = np.maximum(before - np.abs(np.diff(blurred, axis=0)), 0)
    whole = float(before.sum(dtype=np.float64))
    return float(taken.sum(dtype=np.float64)) / whole if whole else 0.0


def banding(grey: Grey) -> float:
    """Share of the pixels in the bands of a staircase, 0 to 1: plateaus of one tone between steps of one direction.

    The larger share of rows and columns.
    """
    return max(_staircases(grey), _staircases(np.ascontiguousarray(grey.T)))


def _staircases(grey: Grey) -> float:
    height, width = grey.shape
    begins = np.ones((height, width), dtype=bool)
    np.not_equal(grey[:, 1:], grey[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=grey.size)
    steps = np.diff(grey.ravel()[starts].astype(np.int16))
    steps[starts[1:] % width == 0] = 0  # the next row
    size = np.abs(steps)
    wide = lengths >= LEAST_BAND
    step = (size >= STEPS[0]) & (size <= STEPS[1]) & wide[:-1] & wide[1:]
    same = step[:-1] & step[1:] & (np.sign(steps[:-1]) == np.sign(steps[1:]))
    return float(lengths[1:-1][same].sum() / grey.size) if len(lengths) > 2 else 0.0


def borders(grey: Grey) -> float:
    """Share of the picture that a plain frame, or plain bars on two opposite sides, take up: 0 to 1."""
    height, width = grey.shape
    top, bottom = _bars(grey)
    left, right = _bars(grey.T)
    inside = grey[top : height - bottom, left : width - right]
    if not inside.size:
        return 0.0
    kept_height = height - top - bottom if _straight(inside, int(grey[0, 0])) else height
    kept_width = width - left - right if _straight(inside.T, int(grey[0, 0])) else width
    return 1.0 - float(kept_height * kept_width) / grey.size


def _bars(grey: Grey) -> tuple[int, int]:
    """Rows of one tone at the top and at the bottom; none if only one side has them, or the two differ."""
    tone = int(grey[0, 0])
    plain = (np.abs(grey.min(axis=1).astype(np.int16) - tone) <= UNIFORM) & (
        np.abs(grey.max(axis=1).astype(np.int16) - tone) <= UNIFORM
    )
    if plain.all() or not (plain[0] and plain[-1]):
        return 0, 0
    return int(plain.argmin()), int(plain[::-1].argmin())


def _straight(inside: Grey, tone: int) -> bool:
    """Whether the first and the last rows differ from the border's tone along most of their length."""
    depth = min(JPEG_BLOCK, len(inside) // 10 + 1)
    for rows in (inside[:depth], inside[-depth:]):
        differs = np.abs(rows.astype(np.int16) - tone) > APART
        if differs.mean(axis=1).max(initial=0.0) < STRAIGHT:
            return False
    return True
