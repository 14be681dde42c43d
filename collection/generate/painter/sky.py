"""The sky: its gradient, sun or moon, clouds and stars; and the water that mirrors it."""

from __future__ import annotations

import numpy as np

from collection.generate.painter.chance import Floats, circle, clamp, sine
from collection.generate.painter.colour import BLACK, WHITE, Colour, luma, mix
from collection.generate.painter.easel import Easel, column
from collection.generate.painter.scene import Layer

CLOUDS = {"Clear": 2, "Clouds": 7, "Mist": 3, "Rain": 6, "Snow": 4, "Storm": 8}


def paint_sky(easel: Easel) -> None:
    """Everything behind the land."""
    width, height = easel.size
    palette, manner = easel.palette, easel.manner
    dark = 0.3 if easel.scene.traits["Weather"] in ("Storm", "Rain") else 0.0
    zenith = mix(palette["zenith"], mix(palette["ink"], palette["water"], 0.4), dark)
    low = mix(palette["horizon"], zenith, dark * 0.8)
    middle = mix(zenith, low, 0.55 + 0.2 * manner.bokashi)
    foot = height * easel.scene.horizon * 1.12
    stops = [
        (0.0, mix(zenith, BLACK, 0.25 * manner.bokashi), 1.0),
        (0.16, zenith, 1.0),
        (0.55, middle, 1.0),
        (1.0, low, 1.0),
    ]
    sky = column([0, width, width, 0], [0, 0, height, height])
    easel.sheet.polygon(sky, easel.sheet.gradient(stops, 0, foot))
    _stars(easel)
    _halo(easel)
    _disc(easel)
    _clouds(easel)


def _halo(easel: Easel) -> None:
    """Light around the disc: a glow where edges are soft, rings where they are cut."""
    radius = easel.scene.disc_size * easel.sheet.short
    warm = mix(easel.palette["disc"], easel.palette["horizon"], 0.35)
    easel.sheet.glow(easel.disc, radius * 6, warm, 0.55)
    for number in range(5, 0, -1):
        size = radius * (1 + number * number * 0.09 * easel.manner.rings)
        ring = circle(72)
        points = column(easel.disc[0] + size * ring[0], easel.disc[1] + size * ring[1])
        easel.sheet.line(points, BLACK, 9, 0.05 * easel.manner.shadow * easel.manner.halo, closed=True)
        easel.sheet.line(points, BLACK, 20, 0.04 * easel.manner.shadow * easel.manner.halo, closed=True)
        easel.sheet.circle(easel.disc, size, warm, 0.24 * easel.manner.halo)
        easel.sheet.line(
            points, easel.palette["ink"], easel.manner.line_width, easel.manner.line * easel.manner.halo, True
        )


def _disc(easel: Easel) -> None:
    radius = easel.scene.disc_size * easel.sheet.short
    low = easel.scene.traits["Light"] in ("Dawn", "Dusk", "Golden hour")
    colour = mix(easel.palette["disc"], easel.palette["accent"], 0.8 if low else 0.15)
    colour = mix(colour, _poster_disc(easel), easel.manner.poster * 0.85)
    ring = circle(72)
    easel.shape(column(easel.disc[0] + radius * ring[0], easel.disc[1] + radius * ring[1]), colour, 0.6)
    if easel.scene.traits["Light"] == "Night":
        phase = easel.scene.chance("phase").between(0.45, 1.6)
        shade = mix(easel.palette["zenith"], easel.palette["horizon"], 0.45)
        across = np.where(ring[0] > 0, ring[0], ring[0] * (1 - phase))
        easel.sheet.polygon(
            column(easel.disc[0] + radius * across * 1.01, easel.disc[1] + radius * ring[1] * 1.01), shade, 0.75
        )


def _poster_disc(easel: Easel) -> Colour:
    """The first poster colour that is not the palest: a disc must stand out from a pale sky."""
    first, second = easel.primaries[0], easel.primaries[1]
    return second if luma(first) == max(luma(colour) for colour in easel.primaries) else first


def _stars(easel: Easel) -> None:
    if easel.scene.traits["Light"] != "Night" or easel.scene.traits["Weather"] in ("Storm", "Rain"):
        return
    width, height = easel.size
    chance = easel.scene.chance("stars")
    for x, y, size in chance.units(270).reshape(90, 3).tolist():
        easel.sheet.circle(
            (x * width, y * y * height * easel.scene.horizon),
            0.8 + 2.6 * size * size * size,
            easel.palette["disc"],
            0.9,
        )


def _clouds(easel: Easel) -> None:
    """Banks of lobes on a flat foot; soft ones are several, each a little larger and fainter."""
    width, height = easel.size
    chance = easel.scene.chance("clouds")
    weather = easel.scene.traits["Weather"]
    count = int(CLOUDS[weather] * max(1.0, width / 1500) + 0.5)
    dark = {"Storm": 0.6, "Rain": 0.35}.get(weather, 0.0)
    pale = mix(mix(easel.palette["paper"], easel.palette["horizon"], 0.4), easel.palette["zenith"], 0.1)
    colour = mix(pale, mix(easel.palette["ink"], easel.palette["zenith"], 0.5), dark)
    colour = mix(colour, easel.primaries[4], easel.manner.poster * 0.5)
    for index in range(count):
        x = width * chance.between(0.0, 1.0)
        y = height * easel.scene.horizon * (0.12 + 0.72 * (index + chance.between(0, 1)) / count)
        length = easel.sheet.short * chance.between(0.16, 0.4)
        _cloud(easel, index, (x, y), length, mix(colour, easel.palette["accent"], 0.12 * chance.between(0, 1)))


def _cloud(easel: Easel, index: int, centre: tuple[float, float], length: float, colour: Colour) -> None:
    chance = easel.scene.chance(f"cloud {index}")
    lobes = chance.units(9)
    turns = np.arange(61, dtype=np.float64) / 60
    place = turns * 5 + 0.16 * sine(turns * 2 + float(lobes[6]))
    which = np.clip(np.floor(place).astype(np.int64), 0, 4)
    across = np.clip(2 * (place - which) - 1, -1.0, 1.0)
    round_top = np.sqrt(1 - across * across) * (0.45 + 0.55 * lobes[which])
    arch = 4 * turns * (1 - turns)
    flat = np.minimum(1.0, arch * 3)
    manner = easel.manner
    lobed = 0.45 * np.sqrt(arch) + 0.4 * round_top * (0.25 + 0.75 * arch)
    top = lobed * (1 - manner.facet) + flat * 0.35 * manner.facet
    tall = length * (0.17 + 0.12 * float(lobes[5]))
    xs = centre[0] + (turns - 0.5) * 2 * length
    shape = np.concatenate(
        [column(xs, centre[1] - top * tall), column(xs[::-1], (centre[1] + 0.12 * tall * arch)[::-1])]
    )
    soft = manner.soft
    for number in range(4):
        grown = 1 + soft * 0.13 * (number - 1.5)
        points = np.array(centre) + (shape - np.array(centre)) * np.array([grown, 1 + (grown - 1) * 2.2])
        if number == 0:
            easel.cast(points, 0.45)
        easel.sheet.polygon(points, colour, 0.34 + 0.2 * (1 - soft))
    easel.outline(shape, 0.4)


def paint_water(easel: Easel, layer: Layer, index: int) -> None:
    """Water from its far shore to the foot of the sheet, with what it mirrors."""
    width, height = easel.size
    shore = layer.base * height
    near = mix(easel.palette["water"], easel.palette["near"], 0.35)
    far = mix(easel.palette["water"], easel.palette["horizon"], clamp(0.12 + 0.4 * easel.manner.fade))
    poster = easel.primaries[(index + 1) % len(easel.primaries)]
    far, near = mix(far, poster, easel.manner.poster * 0.7), mix(near, poster, easel.manner.poster * 0.8)
    middle = mix(far, near, 0.5)
    sheet = column([-20, width + 20, width + 20, -20], [shore, shore, height + 20, height + 20])
    easel.cast(sheet)
    fill = easel.sheet.gradient([(0, far, 1), (0.45, middle, 1), (1, near, 1)], shore, height)
    easel.sheet.polygon(sheet, fill)
    for points, colour in easel.skyline:
        mirrored = column(points[:, 0], 2 * shore - points[:, 1])
        low = np.minimum(shore + (mirrored[:, 1] - shore) * 0.75, height + 20)
        under = np.concatenate(
            [column(points[:, 0], np.maximum(low, shore)), [[points[-1, 0], shore], [points[0, 0], shore]]]
        )
        easel.sheet.polygon(under, mix(colour, near, 0.4), 0.3)
    _glitter(easel, shore)
    _ripples(easel, shore, near, far)
    easel.outline(sheet, 0.4)


def _lens(x: float, y: float, length: float, thick: float) -> Floats:
    xs = [x - length, x - length * 0.4, x + length * 0.4, x + length, x + length * 0.4, x - length * 0.4]
    ys = [y, y - thick, y - thick, y, y + thick, y + thick]
    return column(xs, ys)


def _glitter(easel: Easel, shore: float) -> None:
    """The path of light under the disc."""
    _, height = easel.size
    chance = easel.scene.chance("glitter")
    radius = easel.scene.disc_size * easel.sheet.short
    colour = mix(easel.palette["disc"], easel.palette["accent"], 0.2)
    for number in range(22):
        down = (number + chance.between(0, 1)) / 22
        y = shore + (height - shore) * down * 0.95
        length = radius * (0.35 + 1.1 * down) * chance.between(0.35, 1.0)
        x = easel.disc[0] + radius * 0.5 * chance.between(-1, 1) * (0.5 + down)
        easel.sheet.polygon(_lens(x, y, length, 1.2 + 4.5 * down), colour, 0.68 * (1 - 0.55 * down))


def _ripples(easel: Easel, shore: float, near: Colour, far: Colour) -> None:
    width, height = easel.size
    chance = easel.scene.chance("ripples")
    for x, y, size, light in chance.units(70 * 4).reshape(70, 4).tolist():
        down = y * y
        length = easel.sheet.short * (0.02 + 0.1 * down) * (0.4 + size)
        tint = mix(far, WHITE, 0.35) if light < 0.45 else mix(near, BLACK, 0.3)
        easel.sheet.polygon(_lens(x * width, shore + (height - shore) * down, length, 0.8 + 2.8 * down), tint, 0.3)
