"""The second look: two pictures that a hash or a vector calls near are laid over each other.

They are one picture if no place differs, but for what copying changes: sharpness, and light (one gain and one shift for
all channels, so that another colour is another picture). The measure is the worst tile and never the mean, because a
token's trait is a small place. It is taken coarse, where compression and noise vanish, and fine, where a word shows.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from collection.judge.duplicates.look import SIDE, tile_means
from collection.store.records import Look

TILE_DIFFERENCE = 14
"""Levels of 255 by which the worst of 16 x 16 tiles of two copies may differ. `benchmarks/duplicates.py` has the table:
re-encoded, resized, blurred, noisy and darkened copies stay below it, and distinct tokens above."""
Floats = npt.NDArray[np.float32]

FINE = 2.75
"""How many times as much the worst tile of the fine comparison may differ: there the edges of a JPEG show."""
TURNS: tuple[tuple[Image.Transpose, Callable[[Floats], Floats]], ...] = (
    (Image.Transpose.FLIP_LEFT_RIGHT, lambda means: means[:, ::-1]),
    (Image.Transpose.FLIP_TOP_BOTTOM, lambda means: means[::-1]),
    (Image.Transpose.ROTATE_180, lambda means: means[::-1, ::-1]),
    (Image.Transpose.TRANSPOSE, lambda means: means.swapaxes(0, 1)),
    (Image.Transpose.ROTATE_90, lambda means: np.rot90(means)),
    (Image.Transpose.ROTATE_270, lambda means: np.rot90(means, 3)),
    (Image.Transpose.TRANSVERSE, lambda means: np.rot90(means, 2).swapaxes(0, 1)),
)
"""The ways to turn a picture, of an image and of its tiles' means; the last four change its sides."""
_ASPECT = 0.06
"""Part by which the proportions of two copies may differ."""
_SHARPER = 1.03
"""How many times as sharp one must be for the other to be softer."""
_BLURS = (0.6, 1.0, 1.5, 2.0)
"""Pixels of Gaussian blur, of 256, by which one of two copies may be softer."""
_NEARLY = 3
"""Levels of the tile means within which two pictures lie alike."""
_GAIN, _SHIFT = (0.4, 2.5), 80
"""Limits of another light."""
_CLIPPED = 4
"""Levels from black and white within which light may have been cut off."""
_SLACK, _LIT_SLACK = 4, 12
"""More than what the tile means of a look are off by; and the light that is found from them, where some is cut off."""
_FLAT, _EDGE = 3.0, 0.06
"""Levels, and part of the contrast around, by which a tile of a picture without many tones may differ."""

Verdict = Literal["another", "same", "framed", "frame"]
"""What a picture is to one: another, the same, the whole of what the one has a plain border around, or the reverse."""
_REVERSED: Mapping[Verdict, Verdict] = {"another": "another", "same": "same", "framed": "frame", "frame": "framed"}


class SecondLook:
    """Compares the pictures of two lists of looks (or of one with itself)."""

    def __init__(
        self, ours: Sequence[Look | None], theirs: Sequence[Look | None] | None = None, *,
        limit: float = TILE_DIFFERENCE, turns: bool = True, borders: bool = True,
    ) -> None:  # fmt: skip
        self._ours, self._theirs = ours, ours if theirs is None else theirs
        self._limit, self._turns, self._borders = limit, turns, borders
        self._our_tiles: dict[int, Floats] = {}
        self._their_tiles = self._our_tiles if theirs is None else {}
        self._known: dict[tuple[int, int], Verdict] = {}

    def verdicts(self, row: int, others: npt.NDArray[np.int64]) -> list[Verdict]:
        """What each of their pictures is to one of ours. One without a look is another picture."""
        look, left = self._ours[row], [other for other in others.tolist() if self._key(row, other) not in self._known]
        there = {other: second for other in left if (second := self._theirs[other]) is not None}
        if there and look is not None:
            mine = _tiles(self._our_tiles, row, look)
            theirs = np.stack([_tiles(self._their_tiles, other, second) for other, second in there.items()])
            for (other, second), least in zip(there.items(), _least(mine, theirs).tolist(), strict=True):
                found = self._verdict(look, second, least)
                self._known[self._key(row, other)] = found if self._in_order(row, other) else _REVERSED[found]
        known = [self._known.get(self._key(row, other), "another") for other in others.tolist()]
        return [
            found if self._in_order(row, other) else _REVERSED[found]
            for other, found in zip(others.tolist(), known, strict=True)
        ]

    def _key(self, row: int, other: int) -> tuple[int, int]:
        return (row, other) if self._in_order(row, other) else (other, row)

    def _in_order(self, row: int, other: int) -> bool:
        return self._theirs is not self._ours or row <= other

    def _verdict(self, one: Look, other: Look, distance: float) -> Verdict:
        """By any way to lay the other down; `distance` bounds that of their tiles as they are."""
        rich, side, proportions = one.rich and other.rich, _side(one, other), one.width / one.height
        if (
            distance <= self._limit + _SLACK
            and _alike(proportions, other.width / other.height)
            and difference(_image(one.jpeg), _image(other.jpeg), side, rich=rich) <= self._limit
        ):
            return "same"
        if distance <= _NEARLY:
            return "another"  # it lies as the one does, and one place differs
        if rich and self._turns and any(difference(*pair, side) <= self._limit for pair in self._turned(one, other)):
            return "same"
        if rich and self._borders and _is_framed(one, other, self._limit):
            return "framed"
        if rich and self._borders and _is_framed(other, one, self._limit):
            return "frame"
        return "another"

    def _turned(self, one: Look, other: Look) -> Iterator[tuple[Image.Image, Image.Image]]:
        means = _means(_image(other.jpeg))
        least = _least(_means(_image(one.jpeg)), np.stack([turn(means) for _, turn in TURNS]))
        for place, (turn, _) in enumerate(TURNS):
            width, height = (other.width, other.height) if place < 3 else (other.height, other.width)
            if least[place] <= self._limit + _SLACK and _alike(one.width / one.height, width / height):
                yield _image(one.jpeg), _image(other.jpeg).transpose(turn)


def difference(one: Image.Image, other: Image.Image, side: int, *, rich: bool = True) -> float:
    """In how many levels the worst tiles of two small copies differ, in the best light and sharpness (0 to 255).

    They are compared at `side` pixels. Pictures that are not `rich` are compared in the light that they have, and their
    flat places more strictly: what another light would explain is another colour there.
    """
    one, other = (image if side == SIDE else image.reduce(SIDE // side) for image in (one, other))
    least = float("inf")
    for first, second in _lights(one, other) if rich else ((one, other),):
        sharpness = [_sharpness(image) for image in (first, second)]
        sharper, softer = (first, second) if sharpness[0] >= sharpness[1] else (second, first)
        blurs = _BLURS if max(sharpness) > _SHARPER * min(sharpness) else ()
        before = float("inf")
        for blur in (0.0, *blurs):
            soft = sharper.filter(ImageFilter.GaussianBlur(blur * side / SIDE)) if blur else sharper
            found = _worst(soft, softer, rich)
            if found >= before:
                break  # it was sharper and is softer now
            before = found
        least = min(least, before)
    return least


def _lights(one: Image.Image, other: Image.Image) -> Iterator[tuple[Image.Image, Image.Image]]:
    """The two as they are, and each in the light of the other if that is another."""
    yield one, other
    small, small_other = (_array(image.reduce(image.width // 64)) for image in (one, other))
    if (lit := _lit(one, small, small_other)) is not None:
        yield lit, other
    if (lit := _lit(other, small_other, small)) is not None:
        yield one, lit


def _lit(image: Image.Image, mine: Floats, theirs: Floats) -> Image.Image | None:
    """The one in the light of the other: least squares of what neither cuts off; None if that changes nothing."""
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
    return image.point([round(min(255.0, max(0.0, gain * level + shift))) for level in range(256)] * 3)


def _worst(one: Image.Image, other: Image.Image, rich: bool) -> float:
    side = one.width
    small, small_other = (image.reduce(side // 64) if side > 64 else image for image in (one, other))
    coarse = _array(ImageChops.difference(small, small_other).reduce(4))
    worst = float(coarse.max())
    if not rich:
        allowed = _FLAT + _EDGE * _contrast(_array(small), _array(small_other))[..., None]
        worst = float((coarse / np.minimum(1.0, allowed / TILE_DIFFERENCE)).max())
    fine = _array(ImageChops.difference(one, other).reduce(4)).max() / FINE if side > 64 else 0.0
    return max(worst, float(fine))


def _contrast(one: Floats, other: Floats) -> Floats:
    """(16, 16): the greatest range of any channel in each tile and those around it."""
    found = np.zeros((16, 16), dtype=np.float32)
    for pixels in (one, other):
        parts = pixels.reshape(16, 4, 16, 4, 3)
        high, low = (np.pad(part, ((1, 1), (1, 1), (0, 0)), "edge") for part in (parts.max((1, 3)), parts.min((1, 3))))
        places = [(slice(y, y + 16), slice(x, x + 16)) for y in range(3) for x in range(3)]
        around = np.max([high[place] for place in places], axis=0) - np.min([low[place] for place in places], axis=0)
        found = np.maximum(found, around.max(axis=-1))
    return found


def _least(mine: Floats, theirs: Floats) -> Floats:
    """(k,): how far the tile means (16, 16, 3) of one and those of others differ at the worst, in the best light."""
    least = np.abs(theirs - mine).max(axis=(1, 2, 3))
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


def _is_framed(framed: Look, whole: Look, limit: float) -> bool:
    """Whether what the plain border of the one surrounds is the whole of the other."""
    if framed.area == framed.width * framed.height or 4 * framed.area < framed.width * framed.height:
        return False
    left, top, right, bottom = framed.box
    if not _alike((right - left) / (bottom - top), whole.width / whole.height):
        return False
    across, down = SIDE / framed.width, SIDE / framed.height
    box = (left * across, top * down, right * across, bottom * down)
    means = np.asarray(_image(framed.jpeg).resize((16, 16), Image.Resampling.BOX, box=box), dtype=np.float32)
    if _least(means, _means(_image(whole.jpeg))[None])[0] > limit + _SLACK:
        return False
    inner = _image(framed.jpeg).resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    return difference(inner, _image(whole.jpeg), _side(framed, whole)) <= limit


def _side(one: Look, other: Look) -> int:
    """At how many pixels two pictures can be compared: 64, 128 or 256."""
    least = min(one.width, one.height, other.width, other.height)
    return 256 if least >= 256 else 128 if least >= 128 else 64


def _alike(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _ASPECT


def _sharpness(image: Image.Image) -> float:
    """Mean step from pixel to pixel."""
    pixels = np.asarray(image.convert("L"), dtype=np.int16)
    return 1e-3 + float(np.abs(np.diff(pixels, axis=0)).mean() + np.abs(np.diff(pixels, axis=1)).mean())


def _tiles(known: dict[int, Floats], row: int, look: Look | None) -> Floats:
    if row not in known:
        assert look is not None
        known[row] = tile_means(look).astype(np.float32)
    return known[row]


def _means(image: Image.Image) -> Floats:
    return np.asarray(image.reduce(SIDE // 16), dtype=np.float32)


@lru_cache(maxsize=256)
def _image(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def _array(image: Image.Image) -> Floats:
    return np.asarray(image, dtype=np.float32)
