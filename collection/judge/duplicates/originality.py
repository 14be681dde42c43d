"""How much of a picture speaks for its being the original of its copies, by its pixels alone.

Copying leaves traces: JPEG empties frequencies on a grid of 8 pixels, a blur softens the strongest edges, added noise
shows where a picture is plain, sharpening makes edges swing, another light tears gaps into the histogram or merges
shades, and each of them costs information or plain ground. What leaves none cannot be known: a mirror image, a turn, a
JPEG of the best quality, a picture that was noisy and is clean now. `benchmarks/duplicates.py --originals` counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from collection.values import Pixels

_MIDDLE = 512
"""Pixels of the side of the middle that is looked at."""
_RUN = 12
"""Equal pixels in a row that make plain ground: more than a block of JPEG gives."""
_DRAWN, _BLOCKY, _COLOURS = 0.25, 1.3, 64
"""Share of plain ground of a drawing. Not one: a picture of more colours whose steps lie on the grid of JPEG."""
_FLATTEST = 0.1
"""Share of a picture's places, the plainest, in which noise is measured."""
_EDGE, _ABOVE_NOISE, _FEW, _NO_EDGES = 40.0, 8.0, 200, -1.2
"""Levels over five pixels that make a strong edge, and the same in deviations of the noise; fewer of them tell nothing,
and count as edges of this sharpness."""
_GLOW, _LENS, _UNSURE = 0.1, 0.03, 0.06
"""The most that a halo counts, what an edge of a lens has, and what is taken for that of a texture."""
_STEP = (12.0, 0.6)
"""Least levels, and part of the picture's standard deviation, of an edge between calm places."""
_CALM = (0.35, 0.5)
"""Of the edges between calm places that a blur leaves, the share that there is without it: in a texture, and
elsewhere."""
_GAPS = 0.06
"""Share of empty levels among used ones that a histogram may have."""
_WEIGHTS = {
    "bits": 1.0, "edges": -8.0, "noise": -4.0, "chroma": -3.5, "blocks": -12.0, "gaps": -6.0, "sharpness": 60.0,
    "halo": -360.0,
}  # fmt: skip
"""Of the evidence for a photograph or a painting; chosen on scikit-image's photographs and pictures of the painter.
Those of sharpness and halo were chosen together on eight of the photographs: a blur takes halo away, but more of the
sharpness, and sharpening adds to both, but more halo."""
_PLAIN = 20.0
"""Bits that all of a drawing's ground is worth."""
_DCT = np.cos(np.pi * np.outer(np.arange(8), 2 * np.arange(8) + 1) / 16) / 2
_DCT[0] /= np.sqrt(2)
_HIGH = np.add.outer(np.arange(8), np.arange(8)) >= 7
_EMPTY = 0.8
"""Of a frequency that JPEG emptied no more is left than this, by rounding."""
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


class Originality(NamedTuple):
    """Of two copies of one picture a drawing comes first, then the one with the greater evidence."""

    drawing: bool
    """Whether much of it is plain ground, as no camera and no compression leaves it."""
    evidence: float
    """In bits; comparable among copies of one picture only."""


def originality(pixels: Pixels) -> Originality:
    """Of an RGB picture (h, w, 3)."""
    height, width = pixels.shape[:2]
    top, left = (max(0, side - _MIDDLE) // 16 * 8 for side in (height, width))  # on the grid of JPEG
    middle = pixels[top : top + _MIDDLE, left : left + _MIDDLE]
    plain = _plain_ground(middle)
    if plain >= _DRAWN and (_block_edges(middle) < _BLOCKY or _has_few_colours(middle)):
        return Originality(True, _rounded(_PLAIN * plain - _bits(middle)))
    if min(middle.shape[:2]) < 32:
        return Originality(False, _rounded(_bits(middle)))
    return Originality(False, _rounded(sum(_WEIGHTS[name] * value for name, value in traces(middle).items())))


def traces(pixels: Pixels) -> dict[str, float]:
    """What copying leaves in an RGB picture (h, w, 3) of at least 32 pixels a side, each by its name in `_WEIGHTS`."""
    grey = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    noise = _noise(grey)
    sharpness, halo = _sharpness(grey, noise), _halo(grey, noise)
    return {
        "bits": _bits(pixels),
        "edges": min(2.0, _block_edges(pixels)) - 1,
        "noise": max(0.0, float(np.log2(noise)) - 0.5),
        "chroma": _chroma_noise(pixels),
        "blocks": min(0.5, max(0.0, _blocks(grey))),
        "gaps": _gaps(pixels),
        "sharpness": sharpness,
        "halo": halo,
    }


def _rounded(bits: float) -> float:
    """To even bits: less is chance."""
    return float(2 * round(bits / 2))


def _bits(pixels: Pixels) -> float:
    """The joint entropy of two neighbouring pixels, of 48 bits, across and down alike.

    No change of light, contrast or colour that treats all pixels alike can raise it (the data processing inequality).
    """
    pairs = [(pixels[:, :-1], pixels[:, 1:]), (pixels[:-1], pixels[1:])]
    bits = 0.0
    for channel in range(3):
        codes = [
            np.minimum(one, other)[..., channel].astype(np.int32) * 256 + np.maximum(one, other)[..., channel]
            for one, other in pairs
        ]
        counts = np.bincount(np.concatenate([part.ravel() for part in codes]), minlength=1)
        shares = counts[counts > 0] / max(1, counts.sum())
        bits -= float((shares * np.log2(shares)).sum())
    return bits


def _plain_ground(pixels: Pixels) -> float:
    """Share of pixels in runs of equal ones, across and down."""
    across, down = pixels[:, 1:] == pixels[:, :-1], pixels[1:] == pixels[:-1]
    equal = [steps[..., 0] & steps[..., 1] & steps[..., 2] for steps in (across, down)]
    return sum(float(_in_runs(steps).mean()) for steps in (equal[0], equal[1].T) if steps.size) / 2


def _in_runs(equal: Bools) -> Bools:
    """(h, w): of (h, w - 1) equal neighbours, the pixels that stand in a run."""
    height, width = equal.shape
    found = np.zeros((height, width + 1), dtype=np.bool_)
    if width < _RUN - 1:
        return found
    whole, count = equal, 1
    while count < _RUN - 1:
        step = min(count, _RUN - 1 - count)
        whole, count = whole[:, :-step] & whole[:, step:], count + step
    for place in range(_RUN):
        found[:, place : place + whole.shape[1]] |= whole
    return found


def _block_edges(pixels: Pixels) -> float:
    """How many times as high steps are at every eighth pixel, where they are highest, as elsewhere."""
    grey, found = pixels.astype(np.int16).sum(axis=-1), list[float]()
    for steps in (np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0)).T):
        phases = _by_phase(steps)
        if phases.size:
            found.append(float(phases.max() / max(1e-6, phases.mean())))
    return sum(found) / len(found) if found else 1.0


def _has_few_colours(pixels: Pixels) -> bool:
    colours = (pixels.astype(np.int32) @ np.array([65536, 256, 1], np.int32)).ravel()
    return all(len(np.unique(some)) <= _COLOURS for some in (colours[:: _COLOURS + 1], colours))  # few tell it of most


def _noise(grey: Floats) -> float:
    """Levels of deviation in the plainest places, at least half of one (J. Immerkaer, "Fast Noise Variance Estimation",
    1996, of which the mask is)."""
    across = grey[:, :-2] - 2 * grey[:, 1:-1] + grey[:, 2:]
    masked = across[:-2] - 2 * across[1:-1] + across[2:]
    height, width = (side // 16 * 16 for side in masked.shape)
    if not height or not width:
        return 0.5
    places = (masked[:height, :width] ** 2).reshape(height // 16, 16, width // 16, 16).mean((1, 3))
    return max(0.5, float(np.sqrt(np.quantile(places, _FLATTEST)) / 6))


def _chroma_noise(pixels: Pixels) -> float:
    """The same of the differences of channels, which pictures of cameras and painters hardly have; in powers of two."""
    green = pixels[..., 1].astype(np.float32)
    return max(0.0, *(float(np.log2(_noise(pixels[..., channel] - green))) for channel in (0, 2)))


def _blocks(grey: Floats) -> float:
    """Which share of high frequencies is empty on the grid of 8 pixels that begins at the upper left corner or, of a
    picture that was turned or cut, where steps are highest, beyond the share between its lines."""
    found = [_emptied(grey) - _emptied(grey[4:, 4:])]
    x, y = (_phase(steps) for steps in (np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0)).T))
    if (x, y) != (0, 0):
        found.append(_emptied(grey[y:, x:]) - _emptied(grey[(y + 4) % 8 :, (x + 4) % 8 :]))
    return max(found)


def _phase(steps: Floats) -> int:
    """Where the lines of a grid of 8 pixels begin, by the steps from pixel to pixel (h, w - 1) across them."""
    phases = _by_phase(steps)
    return (int(phases.argmax()) + 1) % 8 if phases.size else 0


def _by_phase(steps: npt.NDArray[Any]) -> npt.NDArray[np.floating[Any]]:
    """(8,): the mean of steps from pixel to pixel (h, w - 1) by their place in a grid of 8 pixels; (0,) of too few."""
    whole = steps.shape[1] // 8 * 8
    return steps[:, :whole].reshape(len(steps), -1, 8).mean((0, 1)) if whole else np.zeros(0)


def _windows(lines: Floats, count: int) -> list[Floats]:
    """Each run of `count` pixels of lines (h, w): `count` arrays (h, w - count + 1), the first pixels first."""
    return [lines[:, place : lines.shape[1] - count + 1 + place] for place in range(count)]


def _reach(windows: Sequence[Floats]) -> Floats:
    """From the least to the highest of each run of pixels."""
    highest, least = windows[0].copy(), windows[0].copy()
    for window in windows[1:]:
        np.maximum(highest, window, out=highest)
        np.minimum(least, window, out=least)
    return highest - least


def _emptied(grey: Floats) -> float:
    """Share of the high frequencies of blocks of 8 x 8 that hold nothing."""
    height, width = (side // 8 * 8 for side in grey.shape)
    blocks = grey[:height, :width].reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2)
    return float((np.abs((_DCT @ blocks @ _DCT.T)[..., _HIGH]) < _EMPTY).mean())


def _gaps(pixels: Pixels) -> float:
    """How far levels are missing among those that are used: 0 to 1."""
    worst, least = 0.0, 0.15 * pixels[..., 0].size / 256
    for channel in range(3):
        counts = np.bincount(pixels[..., channel].ravel(), minlength=256).astype(np.float64)
        around = np.convolve(counts, np.ones(9) / 9, "same")
        used = (around > least)[3:-3]
        missing = ((counts < 0.1 * around)[3:-3] & used).sum()
        worst = max(worst, float(missing) / max(1, int(used.sum())))
    return min(1.0, max(0.0, worst - _GAPS) / _GAPS)


def _sharpness(grey: Floats, noise: float) -> float:
    """How much of a strong edge is one step of one pixel, as a power of two: 0 for a step, -1 for a half."""
    shares, count = 0.0, 0
    for lines in (grey, grey.T):
        windows = _windows(lines, 5)
        reach = _reach(windows)
        step = np.maximum(np.abs(windows[2] - windows[1]), np.abs(windows[3] - windows[2]))
        strong = reach >= max(_EDGE, _ABOVE_NOISE * noise, min(128.0, float(np.quantile(reach, 0.97))))
        shares, count = shares + float((step[strong] / reach[strong]).sum()), count + int(strong.sum())
    return float(np.log2(max(1e-3, shares / count))) if count >= _FEW else _NO_EDGES


def _halo(grey: Floats, noise: float) -> float:
    """How far edges between calm places swing beyond the tones on both sides, as a part of their height, 0 to `_GLOW`.

    A lens leaves hardly any, sharpening does, the more the stronger. In a texture, where a blur would make many more
    places calm, it says nothing: `_UNSURE`.
    """
    least = max(_STEP[0], _STEP[1] * float(grey.std()), _ABOVE_NOISE * noise)
    swings, count = _swings(grey, least)
    calm = count / max(1, _swings(_softened(grey), least)[1])
    sure = min(1.0, max(0.0, (calm - _CALM[0]) / (_CALM[1] - _CALM[0])))
    return sure * min(_GLOW, (swings + _LENS * _FEW) / (count + _FEW)) + (1 - sure) * _UNSURE


def _softened(grey: Floats) -> Floats:
    """Blurred by about one pixel."""
    for _ in range(2):
        down = (grey[:-2] + 2 * grey[1:-1] + grey[2:]) / 4
        grey = np.asarray((down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 4, dtype=np.float32)
    return grey


def _swings(grey: Floats, least: float) -> tuple[float, int]:
    """The sum over edges of `least` levels between calm places, across and down, of how far each swings; and how many
    there are."""
    swings, count = 0.0, 0
    for lines in (grey, grey.T):
        windows = _windows(lines, 12)  # an even count, so that mirrored pictures have the same edges
        before, after = ((one + two + three) / np.float32(3) for one, two, three in (windows[:3], windows[-3:]))
        height, middle = np.abs(after - before), (before + after) / 2
        edge = height >= least
        edge &= (windows[5] - middle) * (windows[6] - middle) <= 0
        for side in (windows[:3], windows[-3:]):
            edge &= _reach(side) <= 0.1 * height + 1
        inner = np.stack([window[edge] for window in windows[2:-2]])
        one, other = before[edge], after[edge]
        beyond = np.maximum(inner.max(axis=0) - np.maximum(one, other), 0)
        beyond += np.maximum(np.minimum(one, other) - inner.min(axis=0), 0)
        swings, count = swings + float(np.minimum(beyond / height[edge], 1).sum()), count + int(edge.sum())
    return swings, count
