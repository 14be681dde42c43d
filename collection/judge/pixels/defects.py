"""What can be wrong with a picture, measured on its luminance: softness, bad light, lost tones, borders.

Each measure is one number that means something by itself; what counts as a defect is decided by thresholds, later.
metrics.toml says of each its range, its source and what it cannot tell. Pictures are luminance (h, w) uint8.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]
Steps = npt.NDArray[np.int16]

CLIPPED = 2
"""Levels of 255 from black or white within which a tone counts as lost."""
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


def tones(grey: Grey) -> Counts:
    """How many pixels have each of the 256 tones."""
    return np.bincount(grey.ravel(), minlength=256)


def contrast(tones: Counts) -> float:
    """Standard deviation of the luminance, 0 to 0.5 (RMS contrast: E. Peli, JOSA A 7(10), 1990)."""
    levels = np.arange(256) / 255
    mean = float((tones * levels).sum() / tones.sum())
    return float(np.sqrt((tones * (levels - mean) ** 2).sum() / tones.sum()))


def exposure(tones: Counts) -> float:
    """Mean closeness of the tones to the middle, 0 to 1: exp(-(v - 1/2)^2 / (2 0.2^2)).

    The well-exposedness of T. Mertens, J. Kautz, F. Van Reeth, "Exposure Fusion", Pacific Graphics 2007.
    """
    closeness = np.exp(-((np.arange(256) / 255 - 0.5) ** 2) / (2 * 0.2**2))
    return float((tones * closeness).sum() / tones.sum())


def clipping(tones: Counts) -> float:
    """Share of the pixels that are black or white, 0 to 1."""
    return float((tones[: CLIPPED + 1].sum() + tones[255 - CLIPPED :].sum()) / tones.sum())


def sharpness(grey: Grey) -> float:
    """How much of the variation between neighbours another blur takes away, 0 (none: it was soft) to 1.

    F. Crété, T. Dolmiere, P. Ladret, M. Nicolas, "The blur effect: perception and estimation with a new no-reference
    perceptual blur metric", SPIE 6492, 2007: their blur is 1 minus this, the worse of the two directions.
    """
    if min(grey.shape) < _BLUR:
        return 0.0
    values = grey.astype(np.int16)
    edge = _BLUR // 2
    across = (values[:, edge + 1 : -edge] - values[:, edge : -edge - 1], values[:, _BLUR:] - values[:, :-_BLUR])
    down = (values[edge + 1 : -edge] - values[edge : -edge - 1], values[_BLUR:] - values[:-_BLUR])
    return min(_lost(*across), _lost(*down))


def _lost(steps: Steps, far_steps: Steps) -> float:
    """The share of the variation between neighbours that a blur along them takes away.

    From one mean of 9 pixels to the next is a 9th of the step from the pixel that leaves to the one that enters.
    """
    before = np.abs(steps) * _BLUR
    taken = np.maximum(before - np.abs(far_steps), 0)
    whole = int(before.sum(dtype=np.int64))
    return int(taken.sum(dtype=np.int64)) / whole if whole else 0.0


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
