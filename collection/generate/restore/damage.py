"""Where copies of a picture are damaged, found by comparing them, and the picture that the whole places make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from collection.generate.restore.align import Plane, aligned, spread, toned
from collection.values import Pixels

Mask = npt.NDArray[np.bool_]
"""(h, w)."""

SURE, LIKELY = 6.0, 3.0
"""Of the noise: a place that is off by so much is damaged; and so are its neighbours that are off by less."""
EDGE = 0.25
"""Of the step to the next pixel: copies that are laid on each other differ so much at edges without damage."""
FINEST = 1.5
"""The least noise, of 0 to 255, that a copy is taken to have."""
VOTE = 30.0
"""Of 0 to 255: by how much worse a copy may fit its surroundings if another supports it; four times that for two."""
STRANGE, THIN = 60.0, 4.0
"""A place is lost if the copy believed there is off its surroundings by more, which lie at most so many pixels away."""
NEAR = 0.1
"""What the nearest agreed place counts beside the range of those around."""
WINDOWS = (9, 33)
"""Pixels of the sides of the windows in which agreed places are sought."""
BLIND = 255.0
"""How far a copy is from the others where it shows nothing."""
_ALL_SIDES = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing copies says."""

    merged: Plane
    """(h, w, 3), 0 to 255: what the whole places of all copies say; where none is whole, what is there."""
    damage: npt.NDArray[np.bool_]
    """(copies, h, w): where each is damaged or shows nothing."""
    moved: tuple[float, ...]
    """Pixels by which each copy was moved at most."""

    @property
    def holes(self) -> Mask:
        """Where no copy is whole."""
        found: Mask = np.all(self.damage, axis=0)
        return found


def compared(copies: Sequence[Pixels], mask: Mask | None = None) -> Comparison:
    """Copies of one picture, all of one size, laid on the first.

    `mask` says where the first one is damaged, whatever comparing finds; where it is whole and others differ from it,
    these are the damaged ones. Raises GenerationError for a copy of another picture.
    """
    first = copies[0].astype(float)
    laid = [aligned(copy.astype(float), first, f"copy {number}") for number, copy in enumerate(copies[1:], 2)]
    stack = np.stack([first, *(toned(item.pixels, first, item.seen) for item in laid)])
    unseen = np.stack([np.zeros(first.shape[:2], bool), *(~item.seen for item in laid)])
    damage = unseen
    if len(copies) > 1:
        damage = _differing(stack, unseen)
    if mask is not None:
        damage[1:] |= damage[0] & ~mask
        damage[0] = mask
    return Comparison(_merged(stack, damage), damage, (0.0, *(item.moved for item in laid)))


def _differing(stack: Plane, unseen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Where each of two or more copies is off the one that is believed at a place.

    A copy is believed that fits the nearest places on which all agree, and that others support: scratches of one
    colour in two of three copies support each other, and fit nothing around.
    """
    shown = np.where(unseen[..., None], np.nan, stack)
    with np.errstate(invalid="ignore"):
        between = np.nan_to_num(np.abs(shown[:, None] - shown[None]).max(axis=-1), nan=BLIND)
    pairs = between[np.triu_indices(len(stack), 1)]
    noise = max(spread(np.where(pairs < BLIND, pairs, 0)) / 2, FINEST)
    step = np.min([_steps(copy) for copy in stack], axis=0)
    open_places = _grown(pairs.max(axis=0) - EDGE * step, noise)
    votes = (between <= SURE * noise).sum(axis=0) - 1
    misfit, far = _misfits(stack, open_places)
    doubt = np.where(unseen, np.inf, misfit - VOTE * votes**2)
    best = doubt.argmin(axis=0)[None]
    near = np.take_along_axis(between, best[None], axis=1)[:, 0] <= SURE * noise
    agreed = (stack * near[..., None]).sum(axis=0) / np.maximum(near.sum(axis=0), 1)[..., None]
    alone = np.take_along_axis(votes, best, axis=0)[0] == 0
    lost = open_places & alone & (far <= THIN) & (np.take_along_axis(misfit, best, axis=0)[0] > STRANGE)
    return np.stack([(_off(copy - agreed, step) | lost) & open_places for copy in stack]) | unseen


def _misfits(stack: Plane, open_places: Mask) -> tuple[Plane, Plane]:
    """How far each copy leaves the range of the places around on which all agree, and how many pixels away the nearest
    of them is. Within the range, the nearest place decides, and counts a tenth."""
    if not open_places.any() or open_places.all():
        return np.zeros(stack.shape[:3]), np.zeros(stack.shape[1:3])
    wide = ndimage.binary_dilation(open_places, _ALL_SIDES)
    far, nearest = ndimage.distance_transform_edt(wide, return_indices=True)
    calm = ndimage.gaussian_filter(stack.mean(axis=0) * ~wide[..., None], (1, 1, 0))
    known = ndimage.gaussian_filter((~wide).astype(float), 1)
    expected = (calm / np.maximum(known, 1e-6)[..., None])[tuple(nearest)]
    least, most = _ranges(stack.mean(axis=0), wide, far)
    beyond = np.maximum(np.maximum(stack - most, least - stack), 0).max(axis=-1)
    apart = (beyond + NEAR * np.abs(stack - expected).max(axis=-1)) * open_places
    share = np.maximum(ndimage.gaussian_filter(open_places.astype(float), 1), 1e-6)
    return np.stack([ndimage.gaussian_filter(one, 1) / share for one in apart]), far


def _ranges(picture: Plane, wide: Mask, far: Plane) -> tuple[Plane, Plane]:
    """The least and the greatest value, by channel, of the agreed places around each place: in a small window, in a
    large one where that holds none, and all values where that holds none either."""
    least, most = np.zeros_like(picture), np.full_like(picture, BLIND)
    for side in (WINDOWS[1], WINDOWS[0]):
        reached = (far <= side // 2)[..., None]
        low = ndimage.minimum_filter(np.where(wide[..., None], np.inf, picture), (side, side, 1))
        high = ndimage.maximum_filter(np.where(wide[..., None], -np.inf, picture), (side, side, 1))
        least, most = np.where(reached, low, least), np.where(reached, high, most)
    return least, most


def _grown(apart: Plane, noise: float) -> Mask:
    """Places that are off for sure, and those that touch them and are off likely enough."""
    groups, _ = ndimage.label(apart > LIKELY * noise, structure=_ALL_SIDES)
    sure = np.unique(groups[apart > SURE * noise])
    found: Mask = np.isin(groups, sure[sure > 0])
    return found


def _off(apart: Plane, step: Plane) -> Mask:
    """Where a difference (h, w, 3) is more than noise and edges explain."""
    noise = max(max(spread(apart[..., channel]) for channel in range(3)), FINEST)
    return _grown(np.abs(apart).max(axis=-1) - EDGE * step, noise)


def _steps(picture: Plane) -> Plane:
    """The largest step to a neighbouring pixel, of any channel, at each place."""
    planes = [ndimage.morphological_gradient(picture[..., channel], size=(3, 3)) for channel in range(3)]
    found: Plane = np.max(planes, axis=0)
    return found


def _merged(stack: Plane, damage: npt.NDArray[np.bool_]) -> Plane:
    """The mean of the copies that are whole at a place, the noisier ones counting less; of none, the first."""
    whole = ~damage
    middle = np.median(stack, axis=0)
    noise = [max(spread(copy - middle), FINEST) if len(stack) > 2 else 1.0 for copy in stack]
    weight = whole * (1 / np.square(noise))[:, None, None]
    total = weight.sum(axis=0)
    mean = (stack * weight[..., None]).sum(axis=0) / np.maximum(total, 1e-12)[..., None]
    found: Plane = np.where((total > 0)[..., None], mean, stack[0])
    return found.clip(0, 255)
