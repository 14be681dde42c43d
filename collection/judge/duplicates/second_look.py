"""The second look: two pictures that a hash or a vector calls near are laid over each other.

They are one picture if no place differs, but for what copying changes: sharpness, and light (one gain and one shift for
all channels, so that another colour is another picture). The measure is the worst tile and never the mean, because a
token's trait is a small place. It is taken coarse, where compression and noise vanish, and fine, where a word shows.
What small copies call the same is looked at pixel by pixel, if it is of one size (`close_look.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from collection.judge.duplicates.close_look import differ_closely
from collection.judge.duplicates.glance import FINE, HOPELESS, SHARPER, TILE_DIFFERENCE, Floats, far_apart
from collection.judge.duplicates.glance import allowed as allowed_levels
from collection.judge.duplicates.light import least_apart, lit
from collection.judge.duplicates.look import SIDE
from collection.judge.duplicates.small_copies import SmallCopies, SmallCopy
from collection.store.judging_records import Look
from collection.values import Pixels

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
_BLURS = (0.6, 1.0, 1.5, 2.2, 3.2)
"""Pixels of Gaussian blur, of 256, by which one of two copies may be softer."""
_NEARLY = 3
"""Levels of the tile means within which two pictures lie alike."""
_SLACK = 4
"""More than what the tile means of a look are off by."""

Verdict = Literal["another", "same", "framed", "frame"]
"""What a picture is to one: another, the same, the whole of what the one has a plain border around, or the reverse."""
_REVERSED: Mapping[Verdict, Verdict] = {"another": "another", "same": "same", "framed": "frame", "frame": "framed"}


class SecondLook:
    """Compares the pictures of two sets (or of one with itself)."""

    def __init__(
        self, ours: SmallCopies, theirs: SmallCopies | None = None, *,
        limit: float = TILE_DIFFERENCE, turns: bool = True, borders: bool = True,
    ) -> None:  # fmt: skip
        self._ours, self._theirs = ours, ours if theirs is None else theirs
        self._limit, self._turns, self._borders = limit, turns, borders
        self._known: dict[tuple[int, int], Verdict] = {}

    def verdicts(self, row: int, others: npt.NDArray[np.int64]) -> list[Verdict]:
        """What each of their pictures is to one of ours. One without a look is another picture."""
        look, left = (
            self._ours.looks[row],
            [place for place in others.tolist() if self._key(row, place) not in self._known],
        )
        there = [other for other in left if self._theirs.looks[other] is not None]
        if there and look is not None:
            mine, theirs = self._ours.tiles([row])[0], self._theirs.tiles(there)
            plain = np.abs(theirs - mine).max(axis=(1, 2, 3))
            apart = self._apart_at_a_glance(row, there, plain)
            for other, as_they_are, lit in zip(
                there, plain.tolist(), least_apart(mine, theirs, plain).tolist(), strict=True
            ):
                found = "another" if other in apart else self._verdict(row, other, as_they_are, lit)
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

    def _apart_at_a_glance(self, row: int, others: Sequence[int], plain: Floats) -> set[int]:
        """Those that are another picture at a glance: `plain` says how far their tiles differ as they are. Where both
        are rich, none is: another light or a turn might lay them over each other."""
        one = self._ours.looks[row]
        assert one is not None
        flat, sides = list[int](), list[int]()
        for other, distance in zip(others, plain.tolist(), strict=True):
            look = self._theirs.looks[other]
            if distance <= self._limit + _SLACK and look is not None and not (one.rich and look.rich):
                flat.append(other)
                sides.append(_side(one, look))
        if not flat:
            return set()
        glances = [self._theirs.glance(other) for other in flat]
        found = far_apart(self._ours.glance(row), glances, sides, self._limit)
        return {other for other, apart in zip(flat, found, strict=True) if apart}

    def _verdict(self, row: int, column: int, plain: float, lit: float) -> Verdict:
        """By any way to lay the other down; `plain` and `lit` bound how far their tiles differ as they are."""
        one, other = self._ours.looks[row], self._theirs.looks[column]
        assert one is not None
        assert other is not None
        rich, limit = one.rich and other.rich, self._limit
        distance = lit if rich else plain
        if distance > limit + _SLACK and not rich:
            return "another"
        mine, theirs = self._ours[row], self._theirs[column]
        side, proportions = _side(one, other), one.width / one.height
        if (
            distance <= limit + _SLACK
            and _alike(proportions, other.width / other.height)
            and difference(mine, theirs, side, rich=rich, limit=limit) <= limit
        ):
            return "another" if self._differ_closely(row, column) else "same"
        if distance <= _NEARLY or not rich:
            return "another"  # it lies as the one does, and one place differs
        if self._turns:
            for turn, turned in _turned(one, other, mine, theirs, limit):
                if difference(mine, turned, side, limit=limit) <= limit:
                    return "another" if self._differ_closely(row, column, turn) else "same"
        if self._borders and _is_framed(one, other, mine, theirs, limit):
            return "another" if self._differ_closely(row, column, framed=True) else "framed"
        if self._borders and _is_framed(other, one, theirs, mine, limit):
            return "another" if self._differ_closely(row, column, framed=True) else "frame"
        return "another"

    def _differ_closely(
        self, row: int, column: int, turn: Image.Transpose | None = None, *, framed: bool = False
    ) -> bool:
        """Whether their pixels say so, the other turned, or without borders where one is `framed`; of what is of two
        sizes the small copies decide."""
        mine, theirs = self._ours.whole(row), self._theirs.whole(column)
        if mine is None or theirs is None:
            return False
        theirs = theirs if turn is None else np.asarray(Image.fromarray(theirs).transpose(turn))
        ways = [(mine, theirs)]
        if framed:
            inner, theirs_inner = _unframed(mine, self._ours.looks[row]), _unframed(theirs, self._theirs.looks[column])
            ways = [(inner, theirs), (mine, theirs_inner), (inner, theirs_inner)]
        found = [differ_closely(*way, self._limit) for way in ways if way[0].shape == way[1].shape]
        return bool(found) and all(found)


def _turned(
    one: Look, other: Look, mine: SmallCopy, theirs: SmallCopy, limit: float
) -> Iterator[tuple[Image.Transpose, SmallCopy]]:
    """The other in the turns in which it may lie as the one does."""
    turns = np.stack([turn(theirs.means) for _, turn in TURNS])
    least = least_apart(mine.means, turns, np.abs(turns - mine.means).max(axis=(1, 2, 3)))
    for place, (turn, _) in enumerate(TURNS):
        width, height = (other.width, other.height) if place < 3 else (other.height, other.width)
        if least[place] <= limit + _SLACK and _alike(one.width / one.height, width / height):
            yield turn, SmallCopy(theirs.image.transpose(turn))


def difference(one: SmallCopy, other: SmallCopy, side: int, *, rich: bool = True, limit: float = 0.0) -> float:
    """In how many levels the worst tiles of two small copies differ, in the best light and sharpness (0 to 255).

    They are compared at `side` pixels. Pictures that are not `rich` are compared in the light that they have, and their
    flat places more strictly: what another light would explain is another colour there. What is within `limit` is not
    looked at further.
    """
    one, other = one.at(side), other.at(side)
    allowed = None if rich else allowed_levels(one.contrast, other.contrast)
    least = float("inf")
    for first, second in _lights(one, other) if rich else ((one, other),):
        least = min(least, _in_best_sharpness(first, second, allowed, limit))
        if least <= limit:
            break
    return least


def _in_best_sharpness(one: SmallCopy, other: SmallCopy, allowed: Floats | None, limit: float) -> float:
    least = _worst(one.image, other.image, allowed, limit)
    sharper, softer = (one, other) if one.sharpness >= other.sharpness else (other, one)
    if least <= limit or least > HOPELESS * max(limit, 1.0) or sharper.sharpness <= SHARPER * softer.sharpness:
        return least
    for blur in _BLURS:
        soft = sharper.image.filter(ImageFilter.GaussianBlur(blur * sharper.image.width / SIDE))
        found = _worst(soft, softer.image, allowed, limit)
        if found >= least:
            break  # it was sharper and is softer now
        least = found
    return least


def _lights(one: SmallCopy, other: SmallCopy) -> Iterator[tuple[SmallCopy, SmallCopy]]:
    """The two as they are, and each in the light of the other if that is another."""
    yield one, other
    small, small_other = one.at(64).pixels, other.at(64).pixels
    if (table := lit(small, small_other)) is not None:
        yield SmallCopy(one.image.point(table)), other
    if (table := lit(small_other, small)) is not None:
        yield one, SmallCopy(other.image.point(table))


def _worst(one: Image.Image, other: Image.Image, allowed: Floats | None, limit: float) -> float:
    """The worst tile, coarse and fine; of pictures that are far apart coarse only."""
    side = one.width
    small, small_other = (image.reduce(side // 64) if side > 64 else image for image in (one, other))
    coarse = np.asarray(ImageChops.difference(small, small_other).reduce(4), dtype=np.float32)
    worst = float((coarse if allowed is None else coarse / np.minimum(1.0, allowed / TILE_DIFFERENCE)).max())
    if side <= 64 or worst > HOPELESS * max(limit, 1.0):
        return worst
    fine = np.asarray(ImageChops.difference(one, other).reduce(4)).max() / FINE
    return max(worst, float(fine))


def _is_framed(framed: Look, whole: Look, frame: SmallCopy, other: SmallCopy, limit: float) -> bool:
    """Whether what the plain border of the one surrounds is the whole of the other, or what a thinner border surrounds
    there."""
    share, thinner = (look.area / (look.width * look.height) for look in (framed, whole))
    if not 0.25 <= share < 1:
        return False
    proportions, inner = _proportions(framed.box), _inside(framed, frame)
    candidates = [(whole.width / whole.height, other)]
    candidates += [(_proportions(whole.box), _inside(whole, other))] if share < thinner < 1 else []
    return any(
        _alike(proportions, theirs)
        and _least(inner, copy) <= limit + _SLACK
        and difference(inner, copy, _side(framed, whole), limit=limit) <= limit
        for theirs, copy in candidates
    )


def _unframed(pixels: Pixels, look: Look | None) -> Pixels:
    left, top, right, bottom = look.box if look else (0, 0, pixels.shape[1], pixels.shape[0])
    return pixels[top:bottom, left:right]


def _least(one: SmallCopy, other: SmallCopy) -> float:
    plain = np.abs(other.means - one.means).max()[None]
    return float(least_apart(one.means, other.means[None], plain)[0])


def _proportions(box: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = box
    return (right - left) / (bottom - top)


def _inside(look: Look, copy: SmallCopy) -> SmallCopy:
    """What the plain border surrounds, as a small copy."""
    left, top, right, bottom = look.box
    across, down = SIDE / look.width, SIDE / look.height
    box = (left * across, top * down, right * across, bottom * down)
    return SmallCopy(copy.image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box))


def _side(one: Look, other: Look) -> int:
    """At how many pixels two pictures can be compared: 64, 128 or 256."""
    least = min(one.width, one.height, other.width, other.height)
    return 256 if least >= 256 else 128 if least >= 128 else 64


def _alike(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _ASPECT
