"""Sets of distinct tokens, drawn here: whatever `dedupe` sets aside of them, it sets aside wrongly.

Each drawer is given a number and a size and draws that token of its set; no two tokens of a set are equal.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Drawer = Callable[[int, int], Image.Image]

HUES = 12
INK: Colour = (20, 20, 24)


def hue(place: int, of: int = HUES, light: float = 0.55, saturation: float = 0.7) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(place % of / of, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def digits(number: int, *bases: int) -> Iterator[int]:
    """The digits of a number whose places have these bases, the lowest first."""
    for base in bases:
        number, digit = divmod(number, base)
        yield digit


def font(points: float) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(max(6, round(points)))
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def face(number: int, side: int) -> Image.Image:
    """A PFP of layered traits: ground, skin, eyes, mouth, hat."""
    ground, eyes, hat, mouth, skin = digits(number * 7919 % 8640, 12, 6, 5, 4, 6)
    image = Image.new("RGB", (side, side), hue(ground, light=0.8))
    draw, unit = ImageDraw.Draw(image), side / 32
    tone = [(90, 60, 40), (150, 105, 70), (200, 150, 110), (235, 195, 160), (120, 170, 90), (150, 140, 200)][skin]

    def box(x: float, y: float, width: float, height: float) -> list[float]:
        return [x * unit, y * unit, (x + width) * unit, (y + height) * unit]

    draw.rectangle(box(7, 26, 18, 7), fill=(70, 80, 110))
    draw.ellipse(box(7, 7, 18, 22), fill=tone, outline=INK, width=max(1, side // 128))
    iris = [(60, 110, 200), (60, 150, 70), (120, 70, 30), (20, 20, 20), (200, 40, 40), (230, 200, 60)][eyes]
    for x in (11, 18):
        draw.ellipse(box(x, 14, 3, 3), fill=(250, 250, 250))
        draw.ellipse(box(x + 0.75, 14.75, 1.5, 1.5), fill=iris)
    if mouth == 0:
        draw.line([13 * unit, 23 * unit, 19 * unit, 23 * unit], fill=INK, width=max(1, round(unit / 2)))
    elif mouth < 3:
        draw.arc(
            box(12, 20 if mouth == 1 else 22, 8, 4),
            *((20, 160) if mouth == 1 else (200, 340)),
            fill=INK,
            width=max(1, round(unit / 2)),
        )
    else:
        draw.ellipse(box(14.5, 21.5, 3, 3), fill=(120, 30, 40))
    if hat:
        draw.rectangle(box(8, 5, 16, 4), fill=[INK, (200, 50, 50), (40, 90, 180), (240, 200, 60)][hat - 1])
        draw.rectangle(box(5, 8, 22, 1.5), fill=INK)
    return image


def eyes_only(number: int, side: int) -> Image.Image:
    """Faces of one kind, of which only ground, eyes and hat vary."""
    ground, eyes, hat = digits(number, 12, 6, 5)
    for candidate in range(8640):
        if list(digits(candidate * 7919 % 8640, 12, 6, 5, 4, 6)) == [ground, eyes, hat, 1, 2]:
            return face(candidate, side)
    raise ValueError(f"there are 360 of these, no {number}")


def sprite(number: int, side: int) -> Image.Image:
    """24 by 24 pixels of a symmetric creature, enlarged."""
    rng = np.random.default_rng(number)
    half = rng.choice(4, (24, 12), p=(0.1, 0.7, 0.15, 0.05))
    rows, columns = np.mgrid[:24, :12]
    half[(rows - 12) ** 2 + (columns - 12) ** 2 > 81] = 0
    palette = np.array([hue(3, light=0.85), hue(int(rng.integers(HUES))), INK, (250, 250, 250)], np.uint8)
    return Image.fromarray(palette[np.concatenate([half, half[:, ::-1]], axis=1)]).resize((side, side), 0)


def punk(number: int, side: int) -> Image.Image:
    """24 by 24 pixels of one head in eight skins with a few pixels of traits, enlarged."""
    skin, eyes, mouth, ear, hair = digits(number * 1009 % 6912, 8, 6, 4, 4, 9)
    grid = np.full((24, 24, 3), (99, 133, 150), np.uint8)
    grid[5:24, 7:17], grid[20:24, 7:17] = INK, INK
    grid[6:20, 8:16] = hue(skin, 8, 0.6, 0.4)
    grid[20:24, 9:13] = hue(skin, 8, 0.6, 0.4)
    colour = [(255, 255, 255), (200, 30, 30), (30, 60, 200), (30, 140, 50), (240, 220, 40), INK][eyes]
    grid[11, 9:11], grid[11, 13:15] = colour, colour
    grid[17, 10:14] = [INK, (200, 40, 60), (120, 60, 40), (240, 240, 240)][mouth]
    if ear:
        grid[13, 7] = [(255, 215, 0), (220, 220, 230), (220, 60, 60)][ear - 1]
    if hair:
        grid[4:7, 7 + hair % 2 : 17 - hair // 5] = hue(hair, 9, 0.4)
    return Image.fromarray(grid).resize((side, side), 0)


WORDS = [
    "harbour",
    "lantern",
    "meadow",
    "copper",
    "winter",
    "signal",
    "orchard",
    "marble",
    "velvet",
    "thunder",
    "garden",
    "silver",
    "ember",
    "canyon",
]


def words(number: int, side: int) -> Image.Image:
    """Cards with lines of text."""
    image = Image.new("RGB", (side, side), (245, 240, 228))
    draw, rng = ImageDraw.Draw(image), np.random.default_rng(number)
    for line in range(5):
        text = " ".join(rng.choice(WORDS, 2))
        draw.text((side * 0.08, side * (0.12 + 0.16 * line)), text, fill=INK, font=font(side / 13))
    return image


def numbers(number: int, side: int) -> Image.Image:
    """One card with the number of each token."""
    image = Image.new("RGB", (side, side), (30, 60, 90))
    draw = ImageDraw.Draw(image)
    draw.rectangle([side * 0.06, side * 0.06, side * 0.94, side * 0.94], outline=(220, 190, 120), width=side // 64)
    draw.text((side / 2, side / 2), f"#{number:04}", fill=(240, 235, 220), font=font(side / 6), anchor="mm")
    return image


def small_numbers(number: int, side: int) -> Image.Image:
    """The same in small print in a corner, over one drawing."""
    image = face(0, side)
    ImageDraw.Draw(image).text((side * 0.96, side * 0.04), f"#{number:04}", fill=INK, font=font(side / 16), anchor="rt")
    return image


def small_print(number: int, side: int) -> Image.Image:
    """A card of twice the side with a number of 14 pixels in its middle, whatever its side."""
    image = Image.new("RGB", (2 * side, 2 * side), (30, 60, 90))
    draw = ImageDraw.Draw(image)
    draw.rectangle([side * 0.12, side * 0.12, side * 1.88, side * 1.88], outline=(220, 190, 120), width=side // 32)
    draw.text((side, side), f"#{number:04}", fill=(240, 235, 220), font=font(14), anchor="mm")
    return image


def letters(number: int, side: int) -> Image.Image:
    """A letter or figure on flat ground."""
    letter, ground = digits(number, 62, 17)
    shown = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[letter]
    image = Image.new("RGB", (side, side), hue(ground, 17, 0.75))
    ImageDraw.Draw(image).text((side / 2, side / 2), shown, fill=INK, font=font(side / 2), anchor="mm")
    return image


def cells(number: int, side: int) -> Image.Image:
    """Patterns like QR codes."""
    grid = np.random.default_rng(number).integers(0, 2, (25, 25), dtype=np.uint8) * 255
    return Image.fromarray(np.stack([grid] * 3, axis=-1)).resize((side, side), 0)


def stripes(number: int, side: int) -> Image.Image:
    """Regular patterns: stripes and checks of some width, direction, phase and colour."""
    width, kind, phase, colour = digits(number, 6, 4, 2, 21)
    rows, columns = np.mgrid[:side, :side] * (4 + 2 * width) / side + phase / 2
    field = [rows, columns, rows + columns, np.floor(rows) + np.floor(columns)][kind]
    palette = np.array([hue(colour, 21), (245, 245, 240)], np.uint8)
    return Image.fromarray(palette[np.floor(field).astype(int) % 2])


def flat(number: int, side: int) -> Image.Image:
    """One colour each, of a grid of 1,000."""
    return Image.new("RGB", (side, side), tuple(12 + 25 * digit for digit in digits(number, 10, 10, 10)))  # type: ignore[arg-type]


def gradient(number: int, side: int) -> Image.Image:
    """Vertical gradients from one colour to another."""
    top, bottom = digits(number, 40, 40)
    ends = np.array([hue(top, 40), hue(bottom + 13, 40, 0.35)], float)
    ramp = np.linspace(ends[0], ends[1], side).round().astype(np.uint8)
    return Image.fromarray(np.repeat(ramp[:, None], side, axis=1))


def fields(number: int, side: int) -> Image.Image:
    """Two soft fields of colour, one over the other."""
    first, second, ground = digits(number * 37 % 1728, 12, 12, 12)
    rows = np.linspace(0, 1, side)[:, None]
    columns = np.linspace(0, 1, side)[None]
    pixels = np.empty((side, side, 3))
    pixels[:] = hue(ground, light=0.3)
    for place, colour in ((0.3, first), (0.72, second)):
        edge = np.clip((0.18 - abs(rows - place)) * 40, 0, 1) * np.clip((0.4 - abs(columns - 0.5)) * 40, 0, 1)
        pixels += edge[..., None] * (np.array(hue(colour, light=0.5)) - pixels)
    return Image.fromarray(pixels.round().astype(np.uint8))


def colourway(number: int, side: int) -> Image.Image:
    """One drawing in many colours."""
    body, leaf, ground = digits(number * 311 % 1728, 12, 12, 12)
    image = Image.new("RGB", (side, side), hue(ground, light=0.85))
    draw = ImageDraw.Draw(image)
    draw.ellipse([side * 0.2, side * 0.3, side * 0.8, side * 0.9], fill=hue(body))
    draw.polygon([(side * x, side * y) for x, y in ((0.5, 0.35), (0.62, 0.08), (0.78, 0.2))], fill=hue(leaf, light=0.4))
    draw.line([side * 0.5, side * 0.35, side * 0.47, side * 0.15], fill=INK, width=side // 40)
    return image


def greys(number: int, side: int) -> Image.Image:
    """A line drawing in black on grounds and figures of grey."""
    ground, figure, size = digits(number, 10, 10, 10)
    image = Image.new("RGB", (side, side), (25 * ground,) * 3)
    draw, reach = ImageDraw.Draw(image), side * (0.15 + 0.025 * size)
    draw.ellipse([side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach], fill=(12 + 25 * figure,) * 3)
    return image


def circles(number: int, side: int) -> Image.Image:
    """Vector art: circles at random."""
    image, rng = Image.new("RGB", (side, side), (240, 236, 225)), np.random.default_rng(number)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, reach = (*rng.uniform(0, side, 2).tolist(), float(rng.uniform(side / 30, side / 5)))
        draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=hue(int(rng.integers(HUES))))
    return image


def waves(number: int, side: int) -> Image.Image:
    """Vector art: lines that follow a wave of some height, length and phase."""
    image, rng = Image.new("RGB", (side, side), (20, 30, 60)), np.random.default_rng(number)
    draw, (height, length, phase) = ImageDraw.Draw(image), rng.uniform((0.01, 1, 0), (0.05, 5, 6))
    for line in range(16):
        points = [
            (x * side, side * ((line + 0.5) / 16 + height * math.sin(length * math.tau * x + phase + line / 4)))
            for x in np.linspace(0, 1, 80)
        ]
        draw.line(points, fill=(235, 225, 200), width=max(1, side // 128))
    return image


def mondrian(number: int, side: int) -> Image.Image:
    """Vector art: a plane cut by black bars into coloured fields."""
    image, rng = Image.new("RGB", (side, side), (245, 245, 240)), np.random.default_rng(number)
    draw = ImageDraw.Draw(image)
    cuts = [[0.0, *sorted(rng.uniform(0.1, 0.9, 4).tolist()), 1.0] for _ in range(2)]
    for row in range(5):
        for column in range(5):
            if rng.random() < 0.4:
                box = [cuts[0][column] * side, cuts[1][row] * side, cuts[0][column + 1] * side, cuts[1][row + 1] * side]
                draw.rectangle(box, fill=[(200, 30, 30), (30, 60, 170), (240, 210, 60)][int(rng.integers(3))])
    for x in cuts[0]:
        draw.line([x * side, 0, x * side, side], fill=INK, width=side // 50)
    for y in cuts[1]:
        draw.line([0, y * side, side, y * side], fill=INK, width=side // 50)
    return image


def glyph(number: int, side: int) -> Image.Image:
    """Black letters on a clear ground: RGBA, with one hidden colour below."""
    shown = chr(0x21 + number % 94) + (chr(0x21 + number // 94) if number >= 94 else "")
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).text((side / 2, side / 2), shown, fill=255, font=font(side / 2.4), anchor="mm")
    return Image.merge("RGBA", [*Image.new("RGB", mask.size, INK).split(), mask])


SETS: Mapping[str, Drawer] = {
    "faces": face, "faces, eyes only": eyes_only, "punks": punk, "sprites": sprite, "words": words, "numbers": numbers,
    "small numbers": small_numbers, "small print": small_print,
    "letters": letters, "cells": cells, "stripes": stripes, "flat colours": flat,
    "gradients": gradient, "soft fields": fields, "colourways": colourway, "greys": greys, "circles": circles,
    "waves": waves, "mondrian": mondrian, "glyphs, clear": glyph,
}  # fmt: skip


def tokens(name: str, count: int, side: int = 256) -> Iterator[Image.Image]:
    """The first tokens of a set."""
    return (SETS[name](number, side) for number in range(count))
