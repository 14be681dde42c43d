"""Larger pictures tile by tile: the enlarged picture is painted anew in overlapping squares, which are blended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import GenerationError
from collection.generate.pictures import LentPictures, fitted
from collection.values import Pixels, Recipe, Rendering

GENERATOR = "tiles"
"""The name of this generator in recipes."""
OVERLAP = 4
"""Neighbouring tiles share one part in so many of their side."""


class Tiles:
    """Renders recipes of a larger picture (an ImageGenerator) through an image-to-image generator.

    A recipe's `init_image` is the picture to enlarge, to the recipe's own size; `options["painter"]` names the
    generator that paints its tiles, `options["tile"]` is the side of a tile in pixels, and the other options are that
    generator's. The n-th tile has the recipe's seed + n, for tiles of one seed would show one texture again and again.
    """

    batch_size = 1
    identity: Mapping[str, Any] = MappingProxyType({})
    """Each picture says itself what painted its tiles."""

    def __init__(self, render: Callable[[Sequence[Recipe]], list[Rendering]], pictures: LentPictures) -> None:
        """`render` makes the tiles, and asks `pictures` for what they begin from."""
        self._generate = render
        self._pictures = pictures

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order. Raises GenerationError for one without a picture or a tile size."""
        return [self._render(recipe) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Rendering:
        if recipe.generator != GENERATOR or not recipe.init_image or not {"painter", "tile"} <= {*recipe.options}:
            raise GenerationError(
                f"recipe of seed {recipe.seed} names no picture to enlarge, no tile, or no painter of tiles"
            )
        side = min(recipe.options["tile"], recipe.width, recipe.height)
        overlap = side // OVERLAP
        picture = fitted(self._pictures(recipe.init_image), recipe.width, recipe.height)
        places = windows(recipe.width, recipe.height, side, overlap)
        try:
            tiles = [
                self._tile(recipe, number, picture[y : y + side, x : x + side]) for number, (x, y) in enumerate(places)
            ]
            made = list(self._painted(tiles))
        finally:
            self._pictures.take_back()
        pixels = joined(
            ((place, tile.pixels) for place, tile in zip(places, made, strict=True)),
            recipe.width, recipe.height, overlap,
        )  # fmt: skip
        return Rendering(pixels, identity=made[0].identity)

    def _tile(self, recipe: Recipe, number: int, pixels: Pixels) -> Recipe:
        height, width = pixels.shape[:2]
        return tile_of(recipe, number, width, height, self._pictures.lend(pixels))

    def _painted(self, tiles: Sequence[Recipe]) -> Iterator[Rendering]:
        queue = iter(tiles)
        size = tiles[0].options.get("batch_size", 1)
        while batch := list(islice(queue, size)):
            yield from self._generate(batch)


def tile_of(recipe: Recipe, number: int, width: int, height: int, init_image: str) -> Recipe:
    """The recipe of a tile, for the painter of tiles: the n-th, of this size, that begins from the picture named."""
    return replace(
        recipe,
        generator=recipe.options["painter"],
        seed=(recipe.seed + number) % 2**53,
        width=width,
        height=height,
        options={name: value for name, value in recipe.options.items() if name not in ("painter", "tile")},
        init_image=init_image,
    )


def windows(width: int, height: int, side: int, overlap: int) -> list[tuple[int, int]]:
    """The upper left corners (x, y) of squares of `side` that cover a picture, sharing `overlap` or more."""
    return [(x, y) for y in _starts(height, side, overlap) for x in _starts(width, side, overlap)]


def _starts(length: int, side: int, overlap: int) -> list[int]:
    """Where tiles of `side` begin on a line, evenly spread, so that neighbours share `overlap` or more."""
    if side >= length:
        return [0]
    gaps = -(-(length - side) // (side - overlap))
    return [number * (length - side) // gaps for number in range(gaps + 1)]


def joined(tiles: Iterable[tuple[tuple[int, int], Pixels]], width: int, height: int, overlap: int) -> Pixels:
    """One picture of tiles at their places (x, y): where they overlap, each fades out towards its own edge."""
    total = np.zeros((height, width, 3), np.float32)
    weight = np.zeros((height, width, 1), np.float32)
    for (x, y), pixels in tiles:
        rows, columns = pixels.shape[:2]
        fade = (_fade(rows, overlap)[:, None] * _fade(columns, overlap))[..., None]
        total[y : y + rows, x : x + columns] += pixels * fade
        weight[y : y + rows, x : x + columns] += fade
    found: Pixels = np.rint(total / weight).clip(0, 255).astype(np.uint8)
    return found


def _fade(length: int, overlap: int) -> npt.NDArray[np.float32]:
    """Weights of a tile's line: rising over `overlap` pixels, 1 between, falling again."""
    edge = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1))
    return (np.minimum(edge, overlap + 1) / (overlap + 1)).astype(np.float32)
