"""The close look: two pictures of one size that the second look calls one are compared pixel by pixel.

A number of 14 pixels on a card of 512 is 7 pixels high in a small copy, where it could be an edge that a JPEG
shifted. Here the two cannot be taken for each other. Copying leaves traces wherever there is an edge, and an edge
keeps its shape. So another work is told by a place that differs where a tenth or more of the places of like contrast
do not at all (after re-encoding, blur, sharpening and blowing up none is untouched, in twelve drawings), or whose
shape is another. A place has another shape below a correlation of .72: copies by re-encoding, noise, light, blur,
sharpening and blowing up keep .75 and more in each place that differs much (photographs and drawings of
`benchmarks/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter, ImageStat

from collection.errors import CollectionError
from collection.judge.duplicates.glance import SHARPER, TILE_DIFFERENCE, Floats
from collection.judge.duplicates.light import lit
from collection.pictures.files import decode_image
from collection.store.files import Files
from collection.values import Pixels

Whole = Callable[[str], "Pixels | None"]
"""The hash of a file -> the RGB pixels (h, w, 3) of its picture; None where it cannot be read."""

_TILE = 4
"""Pixels of the sides of a place."""
_SIDE = 2048
"""Larger pictures are reduced, to twice the pixels at most."""
_GREY, _COLOUR = 8.0, 16.0
"""Levels by which a place differs at least, in grey, and in a channel: colours are often stored at half the size."""
_TOUCHED, _UNTOUCHED = 1, 0.1
"""Levels by which each pixel of an untouched place differs at most, and the share of the places of like contrast that
are untouched where the difference is no trace of copying."""
_SHAPE, _SHAPE_LEVELS, _AROUND = 0.72, 24.0, 6
"""The correlation below which the shape of a place is another, in how many levels it differs then, and the pixels
around its middle that are its shape."""
_BLURS = (0.4, 0.6, 0.8, 1.0, 1.5, 2.2, 3.2)
"""Pixels of Gaussian blur by which one may be softer."""


def whole_pictures(files: Files) -> Whole:
    """The pictures among a project's files."""

    def whole(sha256: str) -> Pixels | None:
        try:
            return decode_image(files.read(sha256), sha256)
        except CollectionError:
            return None

    return whole


def differ_closely(one: Pixels, other: Pixels, limit: float = TILE_DIFFERENCE) -> bool:
    """Whether two RGB pictures (h, w, 3) of one size are two works, though they are nearly one.

    `limit` is the tile difference of the second look: what it is more than usual, this is more tolerant.
    """
    loose = max(limit, 1.0) / TILE_DIFFERENCE
    if np.array_equal(one, other):
        return False
    first, second = _reduced(one), _reduced(other)
    return all(_other_work(*pair, loose) for pair in _ways(first, second))


def _reduced(pixels: Pixels) -> Image.Image:
    image = Image.fromarray(pixels)
    return image.reduce(max(1, max(image.size) // _SIDE))


def _ways(one: Image.Image, other: Image.Image) -> Iterator[tuple[Image.Image, Image.Image]]:
    """The two as they are, in each other's light, and the sharper one as soft as the other, as far as that brings most
    of their places nearer."""
    for first, second in _lights(one, other):
        yield first, second
        sharpness = _sharpness(first), _sharpness(second)
        if max(sharpness) <= SHARPER * min(sharpness):
            continue
        sharper, softer = (first, second) if sharpness[0] > sharpness[1] else (second, first)
        least = _mean(sharper, softer)
        for blur in _BLURS:
            soft = sharper.filter(ImageFilter.GaussianBlur(blur))
            if (mean := _mean(soft, softer)) >= least:
                break  # it was sharper and is softer now
            least = mean
            yield soft, softer


def _lights(one: Image.Image, other: Image.Image) -> Iterator[tuple[Image.Image, Image.Image]]:
    yield one, other
    small, small_other = (
        np.asarray(image.resize((64, 64), Image.Resampling.BOX), dtype=np.float32) for image in (one, other)
    )
    least = _mean(one, other)
    if (table := lit(small, small_other)) is not None and _mean(darker := one.point(table), other) < least:
        yield darker, other
    if (table := lit(small_other, small)) is not None and _mean(one, darker := other.point(table)) < least:
        yield one, darker


def _sharpness(image: Image.Image) -> float:
    """Mean step from pixel to pixel."""
    grey = image.convert("L")
    right, down = (ImageChops.difference(grey, ImageChops.offset(grey, *step)) for step in ((1, 0), (0, 1)))
    return 1e-3 + sum(float(np.asarray(steps).mean()) for steps in (right, down))


def _places(one: Image.Image, other: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(ImageChops.difference(one, other).reduce(_TILE))


def _mean(one: Image.Image, other: Image.Image) -> float:
    return float(np.mean(ImageStat.Stat(ImageChops.difference(one, other)).mean))


def _other_work(one: Image.Image, other: Image.Image, loose: float) -> bool:
    """Whether one place differs that copying does not explain."""
    greys = one.convert("L"), other.convert("L")
    grey, colour = _places(*greys), _places(one, other).max(axis=-1)
    if grey.max() < _GREY * loose and colour.max() < _COLOUR * loose:
        return False
    contrast = np.maximum(*(_range(image).max(axis=-1) for image in (one, other)))
    worst = np.unravel_index(int((grey / _GREY + colour / _COLOUR).argmax()), grey.shape)
    peers = contrast >= contrast[worst] / 2
    touched = np.asarray(_range(ImageChops.difference(one, other), from_zero=True).max(axis=-1))[peers] > _TOUCHED
    if touched.mean() < 1 - _UNTOUCHED:
        return True
    return float(grey.max()) > _SHAPE_LEVELS * loose and _likeness(*greys, grey) < _SHAPE


def _range(image: Image.Image, *, from_zero: bool = False) -> Floats:
    """(rows, columns, 3): the range of levels in each place, or the highest."""
    pixels = np.asarray(image)
    down, across = -pixels.shape[0] % _TILE, -pixels.shape[1] % _TILE
    tiles = np.pad(pixels, ((0, down), (0, across), (0, 0)), "edge")
    tiles = tiles.reshape(tiles.shape[0] // _TILE, _TILE, -1, _TILE, 3)
    high = tiles.max(axis=(1, 3)).astype(np.float32)
    return np.asarray(high if from_zero else high - tiles.min(axis=(1, 3)), dtype=np.float32)


def _likeness(one: Image.Image, other: Image.Image, places: npt.NDArray[np.uint8]) -> float:
    """The correlation of the two around the worst place, -1 to 1; 0 where one of them is plain there."""
    row, column = (int(place) * _TILE + _TILE // 2 for place in np.unravel_index(places.argmax(), places.shape))
    box = slice(max(0, row - _AROUND), row + _AROUND), slice(max(0, column - _AROUND), column + _AROUND)
    first, second = (np.asarray(image, dtype=np.float64)[box] for image in (one, other))
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale > 1e-6 else 0.0
