"""Laying copies of a picture on each other: shifted, turned, scaled or sheared a little, lighter or darker.

B. Lucas, T. Kanade, "An iterative image registration technique", IJCAI 1981, over a pyramid and with Tukey's weights,
which do not ask damaged places; it begins from the shift that phase correlation finds (C. Kuglin, D. Hines, 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from collection.errors import GenerationError

Plane: TypeAlias = npt.NDArray[np.float64]
"""Numbers of a picture's places: (h, w), or (h, w, 3)."""

STEPS = 20
"""At each size of the pyramid."""
COARSEST = 48
"""Pixels of the shorter side of the smallest picture of the pyramid."""
STILL = 0.15
"""Pixels: a copy that would be moved less is left as it is, because moving blurs."""
ALIKE = 0.5
"""The correlation that copies of one picture have at least, where they are not damaged."""
MAD = 1.4826
"""The standard deviation of a normal distribution in proportion to its median absolute deviation."""
_TUKEY = 4.685


@dataclass(frozen=True, slots=True)
class Aligned:
    """A copy in the frame of the first one."""

    pixels: Plane
    """(h, w, 3), 0 to 255."""
    seen: npt.NDArray[np.bool_]
    """(h, w): where the copy shows anything."""
    moved: float
    """Pixels by which the corner that moved furthest did."""


def spread(values: Plane) -> float:
    """The standard deviation of values around 0, of which some are far off."""
    return float(MAD * np.median(np.abs(values)))


def aligned(copy: Plane, first: Plane, name: str) -> Aligned:
    """The copy, (h, w, 3), laid on the first, of the same size; raises GenerationError for another picture."""
    place = _placement(_grey(first), _grey(copy))
    height, width = first.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
    moved = float(np.abs(corners @ place.T - corners[:, :2]).max())
    if moved < STILL:
        found = Aligned(copy, np.ones((height, width), bool), moved)
    else:
        planes = [_warped(copy[..., channel], place, order=3) for channel in range(3)]
        seen = _warped(np.ones((height, width)), place, order=1) > 0.999
        found = Aligned(np.stack(planes, axis=-1).clip(0, 255), seen, moved)
    alike = _correlation(_grey(first)[found.seen], _grey(found.pixels)[found.seen])
    if alike < ALIKE:
        raise GenerationError(
            f"{name} shows another picture than the first copy, or lies too far off (correlation {alike:.2f})",
            "leave it out, or crop and turn it roughly like the first",
        )
    return found


def toned(copy: Plane, first: Plane, seen: npt.NDArray[np.bool_]) -> Plane:
    """The copy at the brightness and contrast of the first, channel by channel: damaged places are not asked."""
    made = copy.copy()
    for channel in range(3):
        own, wanted = copy[..., channel][seen], first[..., channel][seen]
        asked = np.ones(own.shape, bool)
        gain, shift = 1.0, 0.0
        for _ in range(4):
            gain, shift = np.polyfit(own[asked], wanted[asked], 1) if np.ptp(own[asked]) > 1 else (1.0, 0.0)
            apart = gain * own + shift - wanted
            asked = np.abs(apart) <= 2.5 * max(spread(apart), 0.5)
        if 0.5 < gain < 2 and abs((gain - 1) * own.mean() + shift) > 1:
            made[..., channel] = gain * copy[..., channel] + shift
    return made


def _grey(picture: Plane) -> Plane:
    found: Plane = picture @ np.array([0.299, 0.587, 0.114])
    return found


def _correlation(one: Plane, other: Plane) -> float:
    """Of the three quarters of places that agree best: the others may be damaged."""
    if one.size < 16:
        return 0.0
    apart = np.abs((one - np.median(one)) - (other - np.median(other)))
    asked = apart <= np.quantile(apart, 0.75)
    if min(np.std(one[asked]), np.std(other[asked])) < 1e-6:
        return 1.0
    return float(np.corrcoef(one[asked], other[asked])[0, 1])


def _placement(first: Plane, copy: Plane) -> Plane:
    """The map (2, 3) from places (x, y, 1) of the first to places of the copy."""
    levels = [(first, copy)]
    while min(levels[-1][0].shape) >= 2 * COARSEST:
        levels.append((_halved(levels[-1][0]), _halved(levels[-1][1])))
    place = np.array([[1.0, 0, 0], [0, 1, 0]])
    place[:, 2] = _shift(*levels[-1])
    for number, (one, other) in enumerate(reversed(levels)):
        if number:
            place[:, 2] = 2 * place[:, 2] + 0.5 * (1 - place[:, :2].sum(axis=1))
        place = _refined(one, other, place)
    return place


def _halved(plane: Plane) -> Plane:
    height, width = (length // 2 * 2 for length in plane.shape)
    even = plane[:height, :width]
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def _shift(first: Plane, copy: Plane) -> tuple[float, float]:
    """(x, y) in whole pixels by which the copy lies off the first."""
    window = np.hanning(first.shape[0])[:, None] * np.hanning(first.shape[1])
    one, other = (np.fft.fft2((plane - np.median(plane)) * window) for plane in (first, copy))
    cross = other * one.conj()
    peak = np.fft.ifft2(cross / np.maximum(np.abs(cross), 1e-9)).real
    found = np.unravel_index(int(peak.argmax()), peak.shape)
    y, x = (int(at) - length if at > length // 2 else int(at) for at, length in zip(found, peak.shape, strict=True))
    near = abs(x) <= first.shape[1] // 4 and abs(y) <= first.shape[0] // 4
    return (float(x), float(y)) if near else (0.0, 0.0)


def _refined(first: Plane, copy: Plane, place: Plane) -> Plane:
    """The map after Lucas and Kanade's steps, if they bring the two nearer."""
    rows, columns = np.mgrid[: first.shape[0], : first.shape[1]].astype(float)
    scale = max(first.shape)
    x, y = (columns / scale).ravel(), (rows / scale).ravel()
    best, least = place, np.inf
    for _ in range(STEPS):
        moved = _warped(copy, place, order=1, outside=np.nan)
        apart = (first - moved).ravel()
        asked = np.isfinite(apart)
        apart = np.where(asked, apart, 0)
        apart -= np.median(apart[asked])
        noise = max(spread(apart[asked]), 0.5)
        if noise < least:
            best, least = place, noise
        weight = np.where(asked, np.clip(1 - (apart / (_TUKEY * noise)) ** 2, 0, None) ** 2, 0)
        down, right = np.gradient(np.nan_to_num(moved, nan=float(np.nanmedian(moved))))
        slopes = np.stack([part * at for part in (right.ravel(), down.ravel()) for at in (x, y, np.ones_like(x))])
        normal = (slopes * weight) @ slopes.T + 1e-6 * np.eye(6)
        step = np.linalg.solve(normal, (slopes * weight) @ apart).reshape(2, 3)
        step[:, :2] /= scale
        place = place[:, :2] @ (np.eye(2, 3) + step) + np.array([[0, 0, 1]]) * place[:, 2:]
        if np.abs(step[:, 2]).max() < 0.003 and np.abs(step[:, :2]).max() * scale < 0.003:
            break
    return best


def _warped(plane: Plane, place: Plane, order: int, outside: float = 0.0) -> Plane:
    """The plane seen in the first's frame."""
    matrix, shift = place[::-1, 1::-1], place[::-1, 2]
    found: Plane = ndimage.affine_transform(plane, matrix, shift, order=order, mode="constant", cval=outside)
    return found
