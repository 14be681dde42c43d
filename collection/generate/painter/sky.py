"""The sky: its gradient, sun or moon, clouds and stars; and the water that mirrors it."""

from __future__ import annotations

import numpy as np

from collection.generate.painter.arithmetic import Floats, circle, clamp, sine
from collection.generate.painter.colour import BLACK, WHITE, Colour, luma, mix
from collection.generate.painter.drawing_context import DrawingContext, column
from collection.generate.painter.scene import Layer

CLOUDS = {"Clear": 2, "Clouds": 7, "Mist": 3, "Rain": 6, "Snow": 4, "Storm": 8}


def paint_sky(context: DrawingContext) -> None:
    """Everything behind the land."""
    width, height = context.size
    palette, parameters = context.palette, context.parameters
    dark = 0.3 if context.scene.traits["Weather"] in ("Storm", "Rain") else 0.0
    zenith = mix(palette["zenith"], mix(palette["ink"], palette["water"], 0.4), dark)
    low = mix(palette["horizon"], zenith, dark * 0.8)
    middle = mix(zenith, low, 0.55 + 0.2 * parameters.bokashi)
    foot = height * context.scene.horizon * 1.12
    stops = [
        (0.0, mix(zenith, BLACK, 0.25 * parameters.bokashi), 1.0),
        (0.16, zenith, 1.0),
        (0.55, middle, 1.0),
        (1.0, low, 1.0),
    ]
    sky = column([0, width, width, 0], [0, 0, height, height])
    context.canvas.polygon(sky, context.canvas.gradient(stops, 0, foot))
    _stars(context)
    _halo(context)
    _disc(context)
    _clouds(context)


def _halo(context: DrawingContext) -> None:
    """Light around the disc: a glow where edges are soft, rings where they are cut."""
    radius = context.scene.disc_size * context.canvas.short
    warm = mix(context.palette["disc"], context.palette["horizon"], 0.35)
    context.canvas.glow(context.disc, radius * 6, warm, 0.55)
    for number in range(5, 0, -1):
        size = radius * (1 + number * number * 0.09 * context.parameters.rings)
        ring = circle(72)
        points = column(context.disc[0] + size * ring[0], context.disc[1] + size * ring[1])
        context.canvas.line(
            points, BLACK, 9, 0.05 * context.parameters.shadow * context.parameters.sun_halo, closed=True
        )
        context.canvas.line(
            points, BLACK, 20, 0.04 * context.parameters.shadow * context.parameters.sun_halo, closed=True
        )
        context.canvas.circle(context.disc, size, warm, 0.24 * context.parameters.sun_halo)
        context.canvas.line(
            points,
            context.palette["ink"],
            context.parameters.line_width,
            context.parameters.line * context.parameters.sun_halo,
            True,
        )


def _disc(context: DrawingContext) -> None:
    radius = context.scene.disc_size * context.canvas.short
    low = context.scene.traits["Light"] in ("Dawn", "Dusk", "Golden hour")
    colour = mix(context.palette["disc"], context.palette["accent"], 0.8 if low else 0.15)
    colour = mix(colour, _poster_disc(context), context.parameters.flat_colour * 0.85)
    ring = circle(72)
    context.shape(column(context.disc[0] + radius * ring[0], context.disc[1] + radius * ring[1]), colour, 0.6)
    if context.scene.traits["Light"] == "Night":
        phase = context.scene.stream("phase").between(0.45, 1.6)
        shade = mix(context.palette["zenith"], context.palette["horizon"], 0.45)
        across = np.where(ring[0] > 0, ring[0], ring[0] * (1 - phase))
        context.canvas.polygon(
            column(context.disc[0] + radius * across * 1.01, context.disc[1] + radius * ring[1] * 1.01), shade, 0.75
        )


def _poster_disc(context: DrawingContext) -> Colour:
    """The first poster colour that is not the palest: a disc must stand out from a pale sky."""
    first, second = context.primaries[0], context.primaries[1]
    return second if luma(first) == max(luma(colour) for colour in context.primaries) else first


def _stars(context: DrawingContext) -> None:
    if context.scene.traits["Light"] != "Night" or context.scene.traits["Weather"] in ("Storm", "Rain"):
        return
    width, height = context.size
    stream = context.scene.stream("stars")
    for x, y, size in stream.units(270).reshape(90, 3).tolist():
        context.canvas.circle(
            (x * width, y * y * height * context.scene.horizon),
            0.8 + 2.6 * size * size * size,
            context.palette["disc"],
            0.9,
        )


def _clouds(context: DrawingContext) -> None:
    """Banks of lobes on a flat foot; soft ones are several, each a little larger and fainter."""
    width, height = context.size
    stream = context.scene.stream("clouds")
    weather = context.scene.traits["Weather"]
    count = int(CLOUDS[weather] * max(1.0, width / 1500) + 0.5)
    dark = {"Storm": 0.6, "Rain": 0.35}.get(weather, 0.0)
    pale = mix(mix(context.palette["paper"], context.palette["horizon"], 0.4), context.palette["zenith"], 0.1)
    colour = mix(pale, mix(context.palette["ink"], context.palette["zenith"], 0.5), dark)
    colour = mix(colour, context.primaries[4], context.parameters.flat_colour * 0.5)
    for index in range(count):
        x = width * stream.between(0.0, 1.0)
        y = height * context.scene.horizon * (0.12 + 0.72 * (index + stream.between(0, 1)) / count)
        length = context.canvas.short * stream.between(0.16, 0.4)
        _cloud(context, index, (x, y), length, mix(colour, context.palette["accent"], 0.12 * stream.between(0, 1)))


def _cloud(context: DrawingContext, index: int, centre: tuple[float, float], length: float, colour: Colour) -> None:
    stream = context.scene.stream(f"cloud {index}")
    lobes = stream.units(9)
    turns = np.arange(61, dtype=np.float64) / 60
    place = turns * 5 + 0.16 * sine(turns * 2 + float(lobes[6]))
    which = np.clip(np.floor(place).astype(np.int64), 0, 4)
    across = np.clip(2 * (place - which) - 1, -1.0, 1.0)
    round_top = np.sqrt(1 - across * across) * (0.45 + 0.55 * lobes[which])
    arch = 4 * turns * (1 - turns)
    flat = np.minimum(1.0, arch * 3)
    parameters = context.parameters
    lobed = 0.45 * np.sqrt(arch) + 0.4 * round_top * (0.25 + 0.75 * arch)
    top = lobed * (1 - parameters.facet) + flat * 0.35 * parameters.facet
    tall = length * (0.17 + 0.12 * float(lobes[5]))
    xs = centre[0] + (turns - 0.5) * 2 * length
    shape = np.concatenate(
        [column(xs, centre[1] - top * tall), column(xs[::-1], (centre[1] + 0.12 * tall * arch)[::-1])]
    )
    soft = parameters.soft
    for number in range(4):
        grown = 1 + soft * 0.13 * (number - 1.5)
        points = np.array(centre) + (shape - np.array(centre)) * np.array([grown, 1 + (grown - 1) * 2.2])
        if number == 0:
            context.cast(points, 0.45)
        context.canvas.polygon(points, colour, 0.34 + 0.2 * (1 - soft))
    context.outline(shape, 0.4)


def paint_water(context: DrawingContext, layer: Layer, index: int) -> None:
    """Water from its far shore to the foot of the canvas, with what it mirrors."""
    width, height = context.size
    shore = layer.base * height
    near = mix(context.palette["water"], context.palette["near"], 0.35)
    far = mix(context.palette["water"], context.palette["horizon"], clamp(0.12 + 0.4 * context.parameters.fade))
    poster = context.primaries[(index + 1) % len(context.primaries)]
    far, near = (
        mix(far, poster, context.parameters.flat_colour * 0.7),
        mix(near, poster, context.parameters.flat_colour * 0.8),
    )
    middle = mix(far, near, 0.5)
    canvas = column([-20, width + 20, width + 20, -20], [shore, shore, height + 20, height + 20])
    context.cast(canvas)
    fill = context.canvas.gradient([(0, far, 1), (0.45, middle, 1), (1, near, 1)], shore, height)
    context.canvas.polygon(canvas, fill)
    for points, colour in context.skyline:
        mirrored = column(points[:, 0], 2 * shore - points[:, 1])
        low = np.minimum(shore + (mirrored[:, 1] - shore) * 0.75, height + 20)
        under = np.concatenate(
            [column(points[:, 0], np.maximum(low, shore)), [[points[-1, 0], shore], [points[0, 0], shore]]]
        )
        context.canvas.polygon(under, mix(colour, near, 0.4), 0.3)
    _glitter(context, shore)
    _ripples(context, shore, near, far)
    context.outline(canvas, 0.4)


def _lens(x: float, y: float, length: float, thick: float) -> Floats:
    xs = [x - length, x - length * 0.4, x + length * 0.4, x + length, x + length * 0.4, x - length * 0.4]
    ys = [y, y - thick, y - thick, y, y + thick, y + thick]
    return column(xs, ys)


def _glitter(context: DrawingContext, shore: float) -> None:
    """The path of light under the disc."""
    _, height = context.size
    stream = context.scene.stream("glitter")
    radius = context.scene.disc_size * context.canvas.short
    colour = mix(context.palette["disc"], context.palette["accent"], 0.2)
    for number in range(22):
        down = (number + stream.between(0, 1)) / 22
        y = shore + (height - shore) * down * 0.95
        length = radius * (0.35 + 1.1 * down) * stream.between(0.35, 1.0)
        x = context.disc[0] + radius * 0.5 * stream.between(-1, 1) * (0.5 + down)
        context.canvas.polygon(_lens(x, y, length, 1.2 + 4.5 * down), colour, 0.68 * (1 - 0.55 * down))


def _ripples(context: DrawingContext, shore: float, near: Colour, far: Colour) -> None:
    width, height = context.size
    stream = context.scene.stream("ripples")
    for x, y, size, light in stream.units(70 * 4).reshape(70, 4).tolist():
        down = y * y
        length = context.canvas.short * (0.02 + 0.1 * down) * (0.4 + size)
        tint = mix(far, WHITE, 0.35) if light < 0.45 else mix(near, BLACK, 0.3)
        context.canvas.polygon(_lens(x * width, shore + (height - shore) * down, length, 0.8 + 2.8 * down), tint, 0.3)
