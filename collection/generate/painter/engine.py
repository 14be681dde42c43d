"""From a recipe to SVG text, and from there to pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, sqrt

from collection.errors import GenerationError
from collection.generate.painter.colour import PALETTES, lit
from collection.generate.painter.easel import Easel
from collection.generate.painter.land import paint_land
from collection.generate.painter.manner import STYLES, Manner, blended, primaries, styled
from collection.generate.painter.marks import paint_marks
from collection.generate.painter.overlay import paint_cells, paint_margin, paint_planes, paint_wash
from collection.generate.painter.scene import compose
from collection.generate.painter.sheet import Sheet
from collection.generate.painter.sky import paint_sky, paint_water
from collection.generate.painter.things import paint_things
from collection.generate.painter.vocabulary import decide
from collection.generate.painter.weather import paint_birds, paint_lightning, paint_mist, paint_rain, paint_snow
from collection.values import Recipe

DEFAULT_STYLE = "woodblock"
SIDES = (64, 4096)
"""Shortest and longest side of a picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture before it has pixels."""

    svg: str
    traits: Mapping[str, str]
    manner: Manner
    scale: float
    """Pixels a unit."""


def weights_of(recipe: Recipe) -> dict[str, float]:
    """The weight of each painter style in a recipe's blend; GenerationError where a style is unknown."""
    weights: dict[str, float] = {}
    for style, weight in recipe.blend.parts:
        if style.painter not in STYLES:
            raise GenerationError(
                f'the painter has no style "{style.painter}" (style {style.name})',
                f'set painter = "..." in [styles.{style.name}] to one of: {", ".join(STYLES)}',
            )
        weights[style.painter] = weights.get(style.painter, 0.0) + weight
    total = fsum(weights.values())
    return {name: weight / total for name, weight in weights.items() if weight > 0} or {DEFAULT_STYLE: 1.0}


def draw(recipe: Recipe) -> Drawing:
    """Compose and paint a recipe as SVG."""
    shortest, longest = SIDES
    if not (shortest <= recipe.width <= longest and shortest <= recipe.height <= longest):
        raise GenerationError(
            f"the painter cannot paint {recipe.width} x {recipe.height} pixels",
            f"set size in [image] to {shortest} to {longest} pixels a side",
        )
    scale = sqrt(recipe.width * recipe.height) / 1000
    weights = weights_of(recipe)
    traits = decide(recipe.seed, recipe.prompt)
    sheet = Sheet(recipe.width / scale, recipe.height / scale)
    palette = lit(styled(PALETTES[traits["Palette"]], weights), traits["Light"])
    scene = compose(recipe.seed, traits, sheet.width / sheet.short)
    easel = Easel(sheet, scene, blended(weights), palette, primaries(recipe.seed, palette))
    _paint(easel)
    return Drawing(sheet.text(recipe.width, recipe.height), traits, easel.manner, scale)


def _paint(easel: Easel) -> None:
    """All of a picture, from the sky to the seal."""
    paint_sky(easel)
    paint_birds(easel)
    for index, layer in enumerate(easel.scene.layers):
        if layer.kind == "water":
            paint_water(easel, layer, index)
        elif layer.kind != "float":
            paint_land(easel, layer, index)
        paint_things(easel, layer, index)
        paint_mist(easel, layer.base, layer.depth)
    paint_lightning(easel)
    paint_planes(easel)
    paint_wash(easel)
    paint_marks(easel)
    paint_rain(easel)
    paint_snow(easel)
    paint_cells(easel)
    paint_margin(easel)
