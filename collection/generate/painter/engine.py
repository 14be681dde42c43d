"""From a recipe to SVG text, and from there to pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, sqrt

from collection.errors import GenerationError
from collection.generate.painter.canvas import Canvas
from collection.generate.painter.colour import PALETTES, under_light
from collection.generate.painter.counting import with_counts
from collection.generate.painter.drawing_context import DrawingContext
from collection.generate.painter.land import paint_land
from collection.generate.painter.marks import paint_marks
from collection.generate.painter.overlay import paint_cells, paint_margin, paint_planes, paint_wash
from collection.generate.painter.props import paint_props
from collection.generate.painter.scene import compose
from collection.generate.painter.sky import paint_sky, paint_water
from collection.generate.painter.style_parameters import STYLES, StyleParameters, blended, primaries, styled
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
    parameters: StyleParameters
    scale: float
    """Pixels a unit."""


def weights_of(recipe: Recipe) -> dict[str, float]:
    """The weight of each painter style in a recipe's blend; GenerationError where a style is unknown."""
    weights: dict[str, float] = {}
    for style, weight in recipe.blend.parts:
        named = style.settings.get("painter", "")
        if named not in STYLES:
            raise GenerationError(
                f'the painter has no style "{named}" (style {style.name})',
                f'set painter = "..." in [styles.{style.name}] to one of: {", ".join(STYLES)}',
            )
        weights[named] = weights.get(named, 0.0) + weight
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
    canvas = Canvas(recipe.width / scale, recipe.height / scale)
    palette = under_light(styled(PALETTES[traits["Palette"]], weights), traits["Light"])
    scene = with_counts(compose(recipe.seed, traits, canvas.width / canvas.short))
    context = DrawingContext(canvas, scene, blended(weights), palette, primaries(recipe.seed, palette))
    _paint(context)
    return Drawing(canvas.text(recipe.width, recipe.height), traits, context.parameters, scale)


def _paint(context: DrawingContext) -> None:
    """All of a picture, from the sky to the seal."""
    paint_sky(context)
    paint_birds(context)
    for index, layer in enumerate(context.scene.layers):
        if layer.kind == "water":
            paint_water(context, layer, index)
        elif layer.kind != "float":
            paint_land(context, layer, index)
        paint_props(context, layer, index)
        paint_mist(context, layer.base, layer.depth)
    paint_lightning(context)
    paint_planes(context)
    paint_wash(context)
    paint_marks(context)
    paint_rain(context)
    paint_snow(context)
    paint_cells(context)
    paint_margin(context)
