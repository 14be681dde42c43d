"""The light of one picture put on another: one gain and one shift for all channels."""

from __future__ import annotations

import numpy as np

from collection.judge.duplicates.glance import Floats

_GAIN, _SHIFT = (0.4, 2.5), 80
"""Limits of another light."""
_CLIPPED = 4
"""Levels from black and white within which light may have been cut off."""
_LIT_SLACK = 12
"""What the light that is found from tile means is off by, where some is cut off."""


def lit(mine: Floats, theirs: Floats) -> list[int] | None:
    """What puts RGB pixels (h, w, 3) into the light of others: the new levels of 0 to 255, channel after channel.

    By least squares of what neither cuts off; None if that changes nothing, or too much to be a light.
    """
    low, high = _CLIPPED, 255 - _CLIPPED
    free = (mine > low) & (mine < high) & (theirs > low) & (theirs < high)
    if free.sum() < 48:
        return None
    source, target = mine[free], theirs[free]
    spread = float(source.var())
    gain = float(((source - source.mean()) * (target - target.mean())).mean()) / spread if spread > 1 else 1.0
    shift = float(target.mean()) - gain * float(source.mean())
    changes = abs(gain - 1) > 0.01 or abs(shift) > 1
    if not changes or not _GAIN[0] <= gain <= _GAIN[1] or abs(shift) > _SHIFT:
        return None
    return [round(min(255.0, max(0.0, gain * level + shift))) for level in range(256)] * 3


def least_apart(mine: Floats, theirs: Floats, plain: Floats) -> Floats:
    """(k,): how far the tile means (16, 16, 3) of one and those of others differ at the worst, in the best light.

    `plain` (k,) is the same in the light that they have.
    """
    least = plain
    axes = (1, 2, 3)
    low, high = _CLIPPED, 255 - _CLIPPED
    free = ((theirs > low) & (theirs < high) & (mine > low) & (mine < high)).astype(np.float32)
    count = np.maximum(free.sum(axes), 1)
    mean, means = (free * mine).sum(axes) / count, (free * theirs).sum(axes) / count
    centred, others = mine - mean[:, None, None, None], theirs - means[:, None, None, None]
    covariance = (free * centred * others).sum(axes)
    for spread, source, target, start, goal in (
        ((free * centred**2).sum(axes), mine[None], theirs, mean, means),
        ((free * others**2).sum(axes), theirs, mine[None], means, mean),
    ):
        gain = np.where(spread > count, covariance / np.maximum(spread, 1), 1.0)[:, None, None, None]
        lit = np.clip(gain * (source - start[:, None, None, None]) + goal[:, None, None, None], 0, 255)
        least = np.minimum(least, np.abs(lit - target).max(axis=axes) - _LIT_SLACK)
    return np.asarray(least, dtype=np.float32)
