"""What lies over the landscape: mist, rain, snow, birds."""

from __future__ import annotations

import numpy as np

from collection.generate.painter.arithmetic import sine
from collection.generate.painter.colour import WHITE, mix
from collection.generate.painter.drawing_context import DrawingContext, column


def paint_mist(context: DrawingContext, base: float, near: float) -> None:
    """A bank of mist before a layer whose foot is at `base` (fraction of the height)."""
    thick = context.parameters.mist * 0.75 + (0.55 if context.scene.traits["Weather"] == "Mist" else 0.0)
    strength = min(0.85, thick) * (1 - 0.8 * near)
    width, height = context.size
    top, bottom = (base - 0.11) * height, (base + 0.06) * height
    pale = mix(context.palette["horizon"], context.palette["paper"], 0.3)
    fill = context.canvas.gradient([(0, pale, 0), (0.55, pale, strength), (1, pale, 0)], top, bottom)
    context.canvas.polygon(column([0, width, width, 0], [top, top, bottom, bottom]), fill, strength)


def paint_birds(context: DrawingContext) -> None:
    """A few birds, in fair weather."""
    stream = context.scene.stream("birds")
    if stream.between(0, 1) < 0.45 or context.scene.traits["Weather"] not in ("Clear", "Clouds", "Mist"):
        return
    width, height = context.size
    x, y = width * (1 - context.scene.disc[0]), height * context.scene.horizon * stream.between(0.25, 0.6)
    for number in range(3 + int(stream.between(0, 5))):
        size = context.canvas.short * stream.between(0.008, 0.018)
        left = x + context.canvas.short * 0.13 * stream.between(-1, 1)
        up = y + context.canvas.short * 0.07 * stream.between(-1, 1)
        across = left + size * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
        wings = column(across, up - size * np.array([0.35, 0.55, 0.0, 0.6, 0.3 + 0.05 * number]))
        context.canvas.line(wings, context.palette["ink"], 2.2, 0.8)


def paint_rain(context: DrawingContext) -> None:
    """Slanting lines of rain."""
    weather = context.scene.traits["Weather"]
    if weather not in ("Rain", "Storm"):
        return
    width, height = context.size
    stream = context.scene.stream("rain")
    slant = stream.between(0.12, 0.3) * (2.2 if weather == "Storm" else 1.0)
    pale = mix(context.palette["paper"], context.palette["horizon"], 0.3)
    for x, y, size in stream.units(900).reshape(300, 3).tolist():
        length = height * (0.05 + 0.13 * size)
        start = x * (width + height * slant) - height * slant * y
        points = column([start + slant * length, start], [y * height - length, y * height])
        dark = x * 7 % 1 < 0.35
        context.canvas.line(points, context.palette["ink"] if dark else pale, 1.3 + size, 0.42)


def paint_lightning(context: DrawingContext) -> None:
    """One bolt in a storm."""
    stream = context.scene.stream("lightning")
    if context.scene.traits["Weather"] != "Storm" or stream.between(0, 1) < 0.4:
        return
    width, height = context.size
    count = 7
    down = np.arange(count) / (count - 1)
    x = width * (1 - context.scene.disc[0]) + context.canvas.short * 0.09 * np.cumsum(stream.bells(count))
    bolt = column(x, height * context.scene.horizon * (0.1 + 0.92 * down))
    for wide, visible in ((16.0, 0.14), (8.0, 0.25), (2.6, 0.95)):
        context.canvas.line(bolt, mix(WHITE, context.palette["disc"], 0.4), wide, visible)


def paint_snow(context: DrawingContext) -> None:
    """Falling snow, larger near the viewer."""
    if context.scene.traits["Weather"] != "Snow":
        return
    width, height = context.size
    flakes = context.scene.stream("snow").units(1000).reshape(250, 4)
    drift = sine(flakes[:, 1]) * 0.01
    for (x, y, size, light), sway in zip(flakes.tolist(), drift.tolist(), strict=True):
        radius = 1.4 + 5.0 * size * size * size
        context.canvas.circle(((x + sway) * width, y * height), radius, WHITE, 0.55 + 0.4 * light)
