"""What stands on the land and floats on the water: trees, houses, towers, boats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from collection.generate.painter.arithmetic import Floats, circle
from collection.generate.painter.colour import BLACK, WHITE, Colour, mix
from collection.generate.painter.drawing_context import DrawingContext, column
from collection.generate.painter.land import ground
from collection.generate.painter.random_stream import SplitMixStream
from collection.generate.painter.scene import Item, Layer


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thing stands and in what light."""

    context: DrawingContext
    x: float
    y: float
    size: float
    """Height in units."""
    colour: Colour
    """The tone of its layer."""
    stream: SplitMixStream

    @property
    def scale(self) -> float:
        """How heavy its outline and shadow are."""
        return min(1.0, 0.2 + self.size / 220)

    @property
    def lit(self) -> float:
        """-1 where light comes from the left, 1 from the right."""
        return -1.0 if self.context.disc[0] < self.x else 1.0

    def at(self, outline: Floats | list[tuple[float, float]]) -> Floats:
        """An outline in sizes (x to the right, y up from the foot) as points in units."""
        points = np.asarray(outline, dtype=np.float64) * self.size
        return column(self.x + points[:, 0], self.y - points[:, 1])

    def draw(self, outline: Floats | list[tuple[float, float]], colour: Colour) -> None:
        """A part of the thing: an outline in sizes."""
        self.context.shape(self.at(outline), colour, self.scale)

    def flat(self, outline: Floats | list[tuple[float, float]], colour: Colour, opacity: float = 1.0) -> None:
        """A part without outline or shadow."""
        self.context.canvas.polygon(self.at(outline), colour, opacity)


def paint_props(context: DrawingContext, layer: Layer, index: int) -> None:
    """Everything that stands on a layer."""
    width, _ = context.size
    tone = context.tone(layer, index)
    for item in layer.items:
        x = item.x * width
        if layer.reach and abs(item.x - layer.centre) > layer.reach * 0.97:
            continue
        size = item.size * context.canvas.short
        half = 0.45 * size if item.kind in ("house", "church") else 0.0
        # A house stands where the lower of its corners touches the ground.
        y = float(ground(context, layer, np.array([x - half, x, x + half])).max())
        sunk = 0.0 if item.kind == "boat" else 0.03
        THINGS[item.kind](Spot(context, x, y + sunk * size, size, tone, context.scene.stream(item.name)), item)


def _leaf(spot: Spot, warm: float) -> Colour:
    """A foliage colour: darker than its ground, here and there of the accent."""
    dark = mix(mix(spot.colour, spot.context.palette["near"], 0.55), BLACK, 0.12)
    season = 0.5 if spot.context.scene.traits["Palette"] in ("Harvest", "Rose", "Ember") else 0.16
    leaf = mix(dark, spot.context.palette["accent"], season * warm * spot.stream.between(0, 1))
    poster = spot.stream.shuffled(spot.context.primaries)[0]
    return mix(leaf, poster, 0.6 * spot.context.parameters.flat_colour)


def _crown(spot: Spot, centre: float, wide: float, tall: float, corners: int) -> Floats:
    """A closed crown around (0, centre): lobed where edges are rough, a polygon of few corners where straight."""
    across, up = circle(36)
    parameters = spot.context.parameters
    lobes = spot.stream.units(36)
    lobes = (np.roll(lobes, 1) + lobes + np.roll(lobes, -1)) / 3
    ragged = 1 + parameters.rough * 0.5 * (lobes - 0.5)
    turn = np.arange(36, dtype=np.int64) * corners // 36 * 36 // corners
    part = (np.arange(36) - turn) * corners / 36
    following = (turn + 36 // corners) % 36
    straight_x = across[turn] * (1 - part) + across[following] * part
    straight_y = up[turn] * (1 - part) + up[following] * part
    facet = parameters.facet
    x = (across * (1 - facet) + straight_x * facet) * ragged * wide
    y = (up * (1 - facet) + straight_y * facet) * ragged * tall
    return column(x, centre + y)


def _shadow_side(spot: Spot, crown: Floats) -> None:
    """The part of a crown away from the light."""
    centre = (crown.min(axis=0) + crown.max(axis=0)) / 2
    moved = centre + (crown - centre) * np.array([0.72, 0.86]) + np.array([spot.lit * crown[:, 0].max() * 0.16, 0.06])
    lightness = spot.context.parameters.shade
    spot.flat(moved, mix(spot.context.palette["horizon"], spot.context.palette["disc"], 0.5), 0.22 * lightness)


def _round(spot: Spot, item: Item) -> None:
    trunk = mix(spot.context.palette["ink"], spot.colour, 0.25)
    spot.flat([(-0.03, 0), (-0.02, 0.5), (0.02, 0.5), (0.035, 0)], trunk)
    leaf = _leaf(spot, 1.0)
    crown = _crown(spot, 0.64, spot.stream.between(0.24, 0.34), 0.36, 6)
    spot.draw(crown, leaf)
    _shadow_side(spot, crown)


def _cypress(spot: Spot, item: Item) -> None:
    crown = _crown(spot, 0.5, spot.stream.between(0.1, 0.15), 0.52, 4)
    spot.draw(crown, _leaf(spot, 0.3))
    _shadow_side(spot, crown)


def _pine(spot: Spot, item: Item) -> None:
    leaf = _leaf(spot, 0.25)
    tiers = 4
    wide = spot.stream.between(0.2, 0.27)
    ragged = spot.context.parameters.rough * 0.05
    spot.flat([(-0.025, 0), (-0.02, 0.3), (0.02, 0.3), (0.025, 0)], mix(spot.context.palette["ink"], spot.colour, 0.25))
    notch = 0.42 + 0.5 * spot.context.parameters.facet
    side: list[tuple[float, float]] = []
    for tier in range(tiers):
        half = wide * (1 - tier / tiers)
        jitter = spot.stream.bells(2) * ragged
        side.append((half + float(jitter[0]), 0.12 + 0.88 * tier / tiers + float(jitter[1]) - 0.03 * (1 - notch)))
        side.append((wide * (1 - (tier + 1) / tiers) * notch + 0.02 * (1 - notch), 0.12 + 0.88 * (tier + 0.75) / tiers))
    outline = [*side, (0.0, 1.0), *[(-x, y) for x, y in reversed(side)]]
    spot.draw(outline, leaf)
    lit = [(0.0, 1.0), *[(spot.lit * x, y) for x, y in reversed(side)], (spot.lit * 0.01, 0.13)]
    spot.flat(lit, spot.context.palette["disc"], 0.14 * spot.context.parameters.shade)
    if spot.context.scene.traits["Weather"] == "Snow":
        for tier in range(tiers):
            half, y = side[2 * tier][0] * 0.8, side[2 * tier][1]
            spot.flat([(-half, y + 0.02), (0, y + 0.17), (half, y + 0.02), (0, y + 0.09)], WHITE, 0.75)


def _palm(spot: Spot, item: Item) -> None:
    lean = spot.stream.between(-0.18, 0.18)
    trunk = mix(spot.context.palette["ink"], spot.context.palette["near"], 0.5)
    spot.flat([(-0.03, 0), (lean - 0.015, 0.8), (lean + 0.015, 0.8), (0.03, 0)], trunk)
    leaf = _leaf(spot, 0.2)
    for number in range(9):
        way = (number - 4) / 4
        reach = 0.4 * way * (0.85 + 0.3 * spot.stream.between(0, 1))
        bend = (lean + reach * 0.55, 1.0 - 0.13 * way * way)
        tip = (lean + reach, 0.94 - 0.3 * way * way)
        spot.flat([(lean - 0.02, 0.77), bend, tip, (bend[0], bend[1] - 0.1), (lean + 0.02, 0.77)], leaf)


def _lamp(spot: Spot) -> Colour:
    """The colour of a window: warm at night, dark by day."""
    if spot.context.night:
        return mix(spot.context.palette["accent"], (1.0, 0.86, 0.5), 0.65)
    return mix(spot.context.palette["ink"], spot.colour, 0.35)


def _walls(spot: Spot) -> Colour:
    chalk = mix(spot.context.palette["paper"], spot.context.palette["horizon"], spot.stream.between(0.1, 0.6))
    wall = mix(chalk, spot.colour, 0.25 if not spot.context.night else 0.6)
    return mix(wall, spot.stream.shuffled(spot.context.primaries)[0], 0.5 * spot.context.parameters.flat_colour)


def _roof(spot: Spot) -> Colour:
    roof = mix(spot.context.palette["accent"], spot.context.palette["near"], spot.stream.between(0.15, 0.6))
    return mix(roof, spot.colour, 0.25)


def _house(spot: Spot, item: Item) -> None:
    half = spot.stream.between(0.42, 0.7)
    wall, roof = _walls(spot), _roof(spot)
    spot.draw([(-half, 0), (-half, 0.58), (half, 0.58), (half, 0)], wall)
    dark = spot.context.parameters.shade * 0.45
    side = -spot.lit
    spot.flat([(0, 0), (0, 0.58), (side * half, 0.58), (side * half, 0)], spot.context.palette["near"], dark)
    spot.draw([(-half - 0.1, 0.55), (-half * 0.55, 1.0), (half * 0.55, 1.0), (half + 0.1, 0.55)], roof)
    for x in (-0.55, 0.1):
        left = x * half
        spot.flat([(left, 0.2), (left, 0.42), (left + 0.17, 0.42), (left + 0.17, 0.2)], _lamp(spot), 0.92)


def _church(spot: Spot, item: Item) -> None:
    _house(spot, item)
    wall, roof = _walls(spot), _roof(spot)
    spot.draw([(-0.2, 0), (-0.2, 1.35), (0.2, 1.35), (0.2, 0)], wall)
    spot.flat(
        [(0, 0), (0, 1.35), (-0.2 * spot.lit, 1.35), (-0.2 * spot.lit, 0)], BLACK, 0.2 * spot.context.parameters.shade
    )
    spot.draw([(-0.26, 1.33), (0.0, 2.1), (0.26, 1.33)], roof)


def _block(spot: Spot, item: Item) -> None:
    half = 20.0 * spot.stream.between(0.8, 2.0) * spot.context.canvas.short / 1000 / spot.size
    walls = mix(_walls(spot), spot.colour, 0.55 if not spot.context.night else 0.85)
    top = spot.stream.between(0.0, 0.12)
    slant = spot.stream.between(-0.08, 0.08)
    spot.draw([(-half, -0.5), (-half, 1 + slant), (0, 1 + top), (half, 1 - slant), (half, -0.5)], walls)
    side = -spot.lit * half
    dark = 0.5 * spot.context.parameters.shade
    spot.flat(
        [(0, -0.5), (0, 1 + top), (side, 1 - slant * spot.lit * -1), (side, -0.5)], spot.context.palette["near"], dark
    )
    pane = 7.0 * spot.context.canvas.short / 1000 / spot.size
    lit = 0.5 if spot.context.night else 0.75
    for row in range(int(0.85 / (pane * 2.4))):
        for place in (-0.6, -0.1, 0.4):
            if spot.stream.between(0, 1) < lit:
                x, y = place * half, 0.9 - row * pane * 2.4
                window = [(x, y), (x, y - pane * 1.3), (x + half * 0.26, y - pane * 1.3), (x + half * 0.26, y)]
                spot.flat(window, _lamp(spot), 0.8 if spot.context.night else 0.4)


def _spire(spot: Spot, item: Item) -> None:
    half = 16.0 * spot.context.canvas.short / 1000 / spot.size
    walls = mix(_walls(spot), spot.colour, 0.6)
    steps = [(-half, -0.3), (-half, 0.7), (-half * 0.6, 0.74), (-half * 0.5, 1.0), (0, 1.45)]
    spot.draw([*steps, *[(-x, y) for x, y in reversed(steps[:-1])]], walls)
    half_steps = [*[(-x * spot.lit * -1 * -1, y) for x, y in steps[:-1]], (0, 1.45), (0, -0.3)]
    spot.flat(half_steps, spot.context.palette["near"], 0.4 * spot.context.parameters.shade)


def _boat(spot: Spot, item: Item) -> None:
    palette = spot.context.palette
    way = -1.0 if spot.stream.between(0, 1) < 0.5 else 1.0
    under = mix(palette["near"], BLACK, 0.3)
    spot.flat([(-0.42, -0.02), (0.0, -0.0), (0.42, -0.02), (0.1, -0.12), (-0.25, -0.1)], under, 0.4)
    sail = mix(palette["paper"], palette["accent"], 0.85 if spot.stream.between(0, 1) < 0.4 else 0.06)
    sail = mix(sail, spot.stream.shuffled(spot.context.primaries)[0], 0.6 * spot.context.parameters.flat_colour)
    spot.flat([(-0.012, 0.1), (-0.008, 1.02), (0.008, 1.02), (0.012, 0.1)], palette["ink"])
    belly = 0.06 * (1 - spot.context.parameters.facet)
    spot.draw([(way * 0.03, 0.2), (way * 0.03, 0.98), (way * (0.3 + belly), 0.55), (way * (0.42 + belly), 0.24)], sail)
    spot.draw(
        [(way * -0.03, 0.22), (way * -0.03, 0.86), (way * -(0.3 + belly), 0.26)], mix(sail, palette["near"], 0.18)
    )
    hull = mix(palette["near"], palette["accent"], 0.35 * spot.stream.between(0, 1))
    spot.draw([(-0.48, 0.17), (-0.36, 0.0), (0.34, 0.0), (0.52, 0.19), (0.2, 0.14), (-0.2, 0.13)], hull)
    spot.flat([(-0.3, -0.06), (0.3, -0.06), (0.16, -0.2), (0.22, -0.34), (0.05, -0.26), (-0.15, -0.2)], sail, 0.28)


def _lighthouse(spot: Spot, item: Item) -> None:
    palette = spot.context.palette
    white = mix(palette["paper"], spot.colour, 0.12)
    low, high = 0.105, 0.065
    if spot.context.night:
        lamp = spot.at([(0.0, 0.9)])[0]
        spot.context.canvas.glow((float(lamp[0]), float(lamp[1])), spot.size * 0.8, (1.0, 0.9, 0.6), 0.8)
        for way in (-1.0, 1.0):
            spot.flat([(0, 0.9), (way * 3.5, 1.2), (way * 3.5, 0.72)], (1.0, 0.92, 0.66), 0.16)
    spot.draw([(-low, -0.1), (-high, 0.82), (high, 0.82), (low, -0.1)], white)
    for number in (0, 1):
        y, top = 0.2 + 0.32 * number, 0.34 + 0.32 * number
        lower, upper = low + (high - low) * (y + 0.1) / 0.92, low + (high - low) * (top + 0.1) / 0.92
        spot.flat([(-lower, y), (-upper, top), (upper, top), (lower, y)], palette["accent"], 0.95)
    away = -spot.lit
    spot.flat(
        [(0, -0.1), (0, 0.82), (away * high, 0.82), (away * low, -0.1)], BLACK, 0.3 * spot.context.parameters.shade
    )
    spot.draw([(-0.095, 0.82), (-0.095, 0.845), (0.095, 0.845), (0.095, 0.82)], palette["ink"])
    spot.draw([(-0.05, 0.845), (-0.05, 0.94), (0.05, 0.94), (0.05, 0.845)], mix((1.0, 0.9, 0.6), palette["disc"], 0.5))
    spot.draw([(-0.07, 0.94), (0, 1.03), (0.07, 0.94)], palette["accent"])


THINGS: Mapping[str, Callable[[Spot, Item], None]] = {
    "pine": _pine,
    "round": _round,
    "cypress": _cypress,
    "palm": _palm,
    "house": _house,
    "church": _church,
    "block": _block,
    "spire": _spire,
    "boat": _boat,
    "lighthouse": _lighthouse,
}
"""How each kind of thing is drawn."""
