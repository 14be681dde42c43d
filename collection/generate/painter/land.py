"""The land: the edge of each layer, its body, and the lines and shades on it."""

from __future__ import annotations

import numpy as np

from collection.generate.painter.arithmetic import Floats, clamp, sine
from collection.generate.painter.colour import BLACK, WHITE, mix
from collection.generate.painter.drawing_context import DrawingContext, column
from collection.generate.painter.scene import Layer

STEPS = 110


def knots(context: DrawingContext, layer: Layer) -> tuple[Floats, Floats]:
    """Where the summits and valleys of a layer are: (x in units, height 0 to 1), the same in every style."""
    width, _ = context.size
    span = layer.span * context.canvas.short * (0.5 if layer.kind != "wave" else 1.0)
    count = int(width / span) + 5
    stream = context.scene.stream(f"{layer.name} knots")
    shift = stream.between(0.0, 2.0)
    xs = (np.arange(count) - 1.5 - shift + 0.5 * stream.units(count)) * span
    heights = stream.units(count)
    if layer.kind in ("peak", "dune"):
        high = (np.arange(count) % 2).astype(np.float64)
        heights = high * (0.5 + 0.5 * heights) + (1 - high) * 0.3 * heights
    if layer.kind == "wave":
        heights = 0.6 + 0.4 * heights
    return xs, heights


def edge_height(context: DrawingContext, layer: Layer, xs: Floats) -> Floats:
    """The upper edge of a layer above its foot at each x, as a share of its rise (0 to about 1)."""
    knot_xs, heights = knots(context, layer)
    index = np.clip(np.searchsorted(knot_xs, xs, side="right") - 1, 0, len(knot_xs) - 2)
    start, end = knot_xs[index], knot_xs[index + 1]
    part = np.clip((xs - start) / (end - start), 0.0, 1.0)
    if layer.kind == "wave":
        away = 2 * part - 1
        dip = np.abs(away) * context.parameters.facet + away * away * (1 - context.parameters.facet)
        return np.asarray(dip * (heights[index] * (1 - part) + heights[index + 1] * part))
    straight = context.parameters.facet + (1 - context.parameters.facet) * (0.4 if layer.kind == "peak" else 0.0)
    part = straight * part + (1 - straight) * part * part * (3 - 2 * part)
    smooth = heights[index] * (1 - part) + heights[index + 1] * part
    return np.asarray(smooth + context.parameters.rough * _ragged(context, layer, xs))


def _ragged(context: DrawingContext, layer: Layer, xs: Floats) -> Floats:
    """Two octaves of broken line to lay on an edge."""
    total = np.zeros_like(xs)
    strength = {"peak": 0.16, "hill": 0.1}.get(layer.kind, 0.02)
    for octave, divisor in enumerate((5.0, 13.0)):
        step = layer.span * context.canvas.short / divisor
        values = context.scene.stream(f"{layer.name} octave {octave}").units(int(context.canvas.width / step) + 6) - 0.5
        place = np.clip(xs / step + 2, 0, len(values) - 2)
        index = np.floor(place).astype(np.int64)
        part = place - index
        total += strength / (octave + 1) * (values[index] * (1 - part) + values[index + 1] * part)
    return total


def edge(context: DrawingContext, layer: Layer) -> Floats:
    """The upper edge of a layer from left to right, points (n, 2) in units."""
    width, height = context.size
    left, right = -0.12 * width, 1.12 * width
    if layer.reach:
        left, right = (layer.centre - layer.reach) * width, (layer.centre + layer.reach) * width
    knot_xs = knots(context, layer)[0]
    inside = knot_xs[(knot_xs > left) & (knot_xs < right)]
    steps = int(STEPS * max(1.0, width / 1500))
    xs = np.sort(np.concatenate([left + (right - left) * np.arange(steps + 1) / steps, inside]))
    ys = ground(context, layer, xs)
    if layer.kind == "wave":
        xs = xs + _lean(context, layer) * (height * layer.base - ys)
    return column(xs, ys)


def _lean(context: DrawingContext, layer: Layer) -> float:
    """How far a wave's crest hangs over, in its own heights, with the wind of the scene."""
    way = 1.0 if context.scene.stream("wind").between(0, 1) < 0.5 else -1.0
    return way * 0.55 * (1 - 0.6 * context.parameters.facet)


def ground(context: DrawingContext, layer: Layer, xs: Floats) -> Floats:
    """The y of a layer's upper edge at each x, in units."""
    width, height = context.size
    rise = edge_height(context, layer, xs)
    if layer.reach:
        away = (xs / width - layer.centre) / layer.reach
        hump = np.clip(1 - away * away, 0.0, 1.0)
        rise = (0.35 + 0.65 * rise) * hump
    return np.asarray(height * (layer.base - layer.rise * rise))


def body(context: DrawingContext, layer: Layer, line: Floats) -> Floats:
    """The closed shape under an edge: down to the canvas's foot, or to the waterline of an island."""
    width, height = context.size
    if not layer.reach:
        return np.concatenate([line, [[1.12 * width, height * 1.03], [-0.12 * width, height * 1.03]]])
    away = (line[::-1, 0] / width - layer.centre) / layer.reach
    belly = 0.22 * layer.rise if layer.kind == "hill" else 0.03 * layer.rise
    return np.concatenate([line, column(line[::-1, 0], height * (layer.base + belly * (1 - away * away)))])


def paint_land(context: DrawingContext, layer: Layer, index: int) -> None:
    """A layer of land: body, shaded sides, contour lines."""
    _, height = context.size
    line = edge(context, layer)
    shape = body(context, layer, line)
    colour = context.tone(layer, index)
    foot = mix(colour, context.palette["horizon"], clamp(context.parameters.mist * (1.05 - 0.75 * layer.depth)))
    plain = mix(colour, WHITE, 0.1 * context.parameters.bokashi)
    context.shape(shape, colour, 0.7 + 0.3 * layer.depth, mix(plain, foot, 0.9))
    if layer.kind in ("peak", "dune"):
        _shade(context, layer, line, index)
        context.skyline.append((line, colour))
    if layer.kind == "wave":
        _foam(context, layer, line)
    _contours(context, layer, line, height)


def _shade(context: DrawingContext, layer: Layer, line: Floats, index: int) -> None:
    """The slopes turned away from the light, each from its summit down to the next valley."""
    strength = context.parameters.shade * (0.35 + 0.4 * layer.depth)
    knot_xs, _ = knots(context, layer)
    stream = context.scene.stream(f"{layer.name} shade")
    for number in range(1, len(knot_xs) - 1, 2):
        lean = stream.between(0.1, 0.5)
        lit_from_left = context.disc[0] < knot_xs[number]
        valley = knot_xs[number + 1] if lit_from_left else knot_xs[number - 1]
        low, high = min(knot_xs[number], valley), max(knot_xs[number], valley)
        slope = line[(line[:, 0] >= low - 0.01) & (line[:, 0] <= high + 0.01)]
        if len(slope) < 3:
            continue
        top = slope[0] if lit_from_left else slope[-1]
        foot = float(slope[:, 1].max())
        inner_x = top[0] + (valley - top[0]) * lean
        back = column([valley, inner_x, top[0] + (inner_x - top[0]) * 0.2], [foot, foot, (top[1] + foot) / 2])
        if not lit_from_left:
            slope = slope[::-1]
        dark = mix(context.palette["near"], BLACK, 0.25)
        context.canvas.polygon(np.concatenate([slope, back]), dark, strength * 0.55)


def _contours(context: DrawingContext, layer: Layer, line: Floats, height: float) -> None:
    """Lines that repeat an edge inside its shape, wider apart and fainter as they go down."""
    amount = context.parameters.contour
    if amount <= 0:
        return
    count = 6 if layer.kind == "wave" else 3 if layer.kind == "dune" else 2
    dark = context.palette["ink"] if layer.kind != "wave" else context.palette["paper"]
    stream = context.scene.stream(f"{layer.name} contours")
    middle = (line[:, 1].min() + line[:, 1].max()) / 2
    for number in range(1, count + 1):
        drop = height * (0.008 + 0.02 * layer.depth) * number * (1 + 0.12 * number)
        flatter = column(line[:, 0], line[:, 1] + drop + (middle - line[:, 1]) * 0.04 * number)
        start = int(stream.between(0, 0.35) * len(line))
        end = int(stream.between(0.65, 1.0) * len(line))
        faint = amount * (1 - number / (count + 1.5)) * (0.9 if layer.kind == "wave" else 0.35)
        context.canvas.line(flatter[start:end], dark, context.parameters.contour_width, faint)


def _foam(context: DrawingContext, layer: Layer, line: Floats) -> None:
    """White water along the crests."""
    _, height = context.size
    fingers = sine(line[:, 0] / (0.13 * layer.span * context.canvas.short))
    crest = (height * layer.base - line[:, 1]) / (height * layer.rise)
    thick = np.clip(crest - 0.12, 0, 1) * height * layer.rise * 0.42
    wobble = 1 + 0.4 * fingers * (1 - context.parameters.facet)
    lower = column(line[::-1, 0], (line[:, 1] + thick * wobble)[::-1])
    context.canvas.polygon(
        np.concatenate([line, lower]), mix(context.palette["paper"], context.palette["water"], 0.12), 0.82
    )
