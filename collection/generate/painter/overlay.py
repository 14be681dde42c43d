"""What lies on the finished scene: panes and lead, geometric planes, wet ink, the margin and the seal."""

from __future__ import annotations

import numpy as np

from collection.generate.painter.arithmetic import Floats, circle, sine
from collection.generate.painter.colour import BLACK, WHITE, mix
from collection.generate.painter.drawing_context import DrawingContext, column

PANE = 112.0
"""Mean width of a pane of glass, in units."""


def paint_cells(context: DrawingContext) -> None:
    """Panes of glass: each a Voronoi cell of its own tone, with a line of lead around it."""
    amount = context.parameters.cells
    if amount <= 0:
        return
    lead = mix(context.palette["ink"], BLACK, 0.5)
    tones = context.scene.stream("panes")
    for pane in _voronoi(context):
        light = tones.between(-1, 1)
        stain = context.palette[("accent", "water", "zenith", "disc")[int(tones.between(0, 4))]]
        context.canvas.polygon(pane, stain, tones.between(0.03, 0.18) * amount)
        context.canvas.polygon(pane, WHITE if light > 0 else BLACK, abs(light) * 0.26 * amount)
        context.canvas.line(pane, lead, 2.0 * amount, min(1.0, amount * 1.6), closed=True)


def _voronoi(context: DrawingContext) -> list[Floats]:
    """The cells of a jittered grid of sites, each cut from a square by the bisectors to its neighbours."""
    width, height = context.size
    columns, rows = int(width / PANE) + 3, int(height / PANE) + 3
    jitter = context.scene.stream("sites").units(2 * columns * rows).reshape(rows, columns, 2)
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=2)
    sites = ((grid - 1 + 0.1 + 0.8 * jitter) * PANE).tolist()
    cells = []
    for row in range(rows):
        for number in range(columns):
            x, y = sites[row][number]
            cell = [(x - 200, y - 200), (x + 200, y - 200), (x + 200, y + 200), (x - 200, y + 200)]
            for down in range(max(0, row - 2), min(rows, row + 3)):
                for across in range(max(0, number - 2), min(columns, number + 3)):
                    if (down, across) != (row, number):
                        cell = _cut(cell, (x, y), (sites[down][across][0], sites[down][across][1]))
            cells.append(np.array(cell))
    return cells


Point = tuple[float, float]


def _cut(cell: list[Point], site: Point, other: Point) -> list[Point]:
    """The part of a convex cell that is nearer to `site` than to `other` (Sutherland, Hodgman 1974)."""
    nx, ny = other[0] - site[0], other[1] - site[1]
    limit = (nx * (other[0] + site[0]) + ny * (other[1] + site[1])) / 2
    sides = [nx * x + ny * y - limit for x, y in cell]
    if max(sides) <= 0:
        return cell
    kept: list[Point] = []
    for index, point in enumerate(cell):
        following, here, there = cell[(index + 1) % len(cell)], sides[index], sides[(index + 1) % len(cell)]
        if here <= 0:
            kept.append(point)
        if (here < 0) != (there < 0) and here != there:
            part = here / (here - there)
            kept.append((point[0] + (following[0] - point[0]) * part, point[1] + (following[1] - point[1]) * part))
    return kept


def paint_planes(context: DrawingContext) -> None:
    """Arcs, bars and triangles of flat colour over the scene, hung on its horizon and its disc."""
    amount = context.parameters.planes
    if amount <= 0:
        return
    width, height = context.size
    short = context.canvas.short
    stream = context.scene.stream("planes")
    colours = context.primaries
    horizon = context.scene.horizon * height
    across, up = circle(96)
    for number in range(3):
        radius = short * stream.between(0.16, 0.42)
        x, y = width * stream.between(0.05, 0.95), horizon + (height - horizon) * stream.between(-0.4, 0.7)
        quarter = int(stream.between(0, 4)) * 24
        share = 49 if stream.between(0, 1) < 0.6 else 25
        pick = (np.arange(share) + quarter) % 96
        arc = column(x + radius * across[pick], y + radius * up[pick])
        if share == 25:
            arc = np.concatenate([arc, [[x, y]]])
        context.canvas.polygon(arc, colours[(number + 2) % len(colours)], 0.5 * amount)
    for number in range(3):
        x, thick = width * stream.between(0, 1), short * stream.between(0.008, 0.04)
        lean = height * stream.between(-0.8, 0.8)
        bar = column([x, x + thick, x + thick + lean, x + lean], [-10, -10, height + 10, height + 10])
        context.canvas.polygon(
            bar, colours[(number * 2 + 1) % len(colours)], (0.75 if thick < short * 0.02 else 0.4) * amount
        )
    for number in range(4):
        ring = context.scene.disc_size * short * (1.5 + 0.55 * number)
        pick = (np.arange(61) + 24 * number) % 96
        line = column(context.disc[0] + ring * across[pick], context.disc[1] + ring * up[pick])
        context.canvas.line(line, context.palette["ink"], 2.2, 0.75 * amount)
    context.canvas.line(column([0, width], [horizon, horizon]), context.palette["ink"], 2.2, 0.8 * amount)


def paint_wash(context: DrawingContext) -> None:
    """Blooms of wet ink: pale and dark pools with a darker rim."""
    amount = context.parameters.wash
    if amount <= 0:
        return
    width, height = context.size
    stream = context.scene.stream("wash")
    turns = np.arange(48, dtype=np.float64) / 48
    across, up = circle(48)
    for number in range(16):
        x, y = width * stream.between(0, 1), height * stream.between(0.1, 1.0)
        size = context.canvas.short * stream.between(0.07, 0.24)
        wobble = 1 + 0.16 * sine(turns * 3 + stream.between(0, 1)) + 0.1 * sine(turns * 7 + stream.between(0, 1))
        pale = number % 2 == 0
        tint = context.palette["paper"] if pale else context.palette["ink"]
        for grown in (1.0, 0.86, 0.7, 0.52):
            pool = column(x + size * grown * wobble * across * 1.7, y + size * grown * wobble * up * 0.7)
            context.canvas.polygon(pool, tint, (0.07 if pale else 0.022) * amount)


def paint_margin(context: DrawingContext) -> None:
    """The paper left around the picture, and the seal."""
    width, height = context.size
    edge = context.parameters.margin * context.canvas.short / 1000
    paper = mix(context.palette["paper"], WHITE, 0.25)
    if edge > 0:
        frame = column([0, width, width, 0], [0, 0, height, height])
        context.canvas.line(frame, paper, 2 * edge, 1.0, closed=True)
        inner = column([edge, width - edge, width - edge, edge], [edge, edge, height - edge, height - edge])
        context.canvas.line(inner, context.palette["ink"], 1.6, 0.75, closed=True)
    _seal(context, edge)


def _seal(context: DrawingContext, edge: float) -> None:
    """A red square with a few cut strokes, in the corner away from the disc."""
    amount = context.parameters.seal
    if amount <= 0:
        return
    width, height = context.size
    side = 0.05 * context.canvas.short
    x = width - edge - side * 1.7 if context.scene.disc[0] < 0.5 else edge + side * 0.7
    y = height - edge - side * 2.1
    stream = context.scene.stream("seal")
    red = (0.72, 0.16, 0.13)
    context.canvas.polygon(
        column([x, x + side, x + side * 0.98, x + 1], [y, y + 1, y + side * 1.2, y + side * 1.19]), red, 0.92 * amount
    )
    for number in range(3):
        top = y + side * (0.22 + 0.36 * number)
        left, right = x + side * stream.between(0.12, 0.3), x + side * stream.between(0.6, 0.88)
        middle = x + side * stream.between(0.35, 0.65)
        context.canvas.line(column([left, right], [top, top]), context.palette["paper"], side * 0.07, amount)
        context.canvas.line(
            column([middle, middle], [top - side * 0.1, top + side * 0.22]),
            context.palette["paper"],
            side * 0.07,
            amount,
        )
