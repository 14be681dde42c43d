"""Moons over woven water: a script that `collection new moons --sample script` copies for you to change.

Collection calls `features(rng)` for what is rare about a picture, then `render(rng, features, size)` for the picture.
All chance comes from `rng` (a random.Random out of the token's hash), so the same hash always gives the same picture.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

FEATURES = {  # what the planner can hold quotas over, in [traits.NAME] of collection.toml
    "Palette": ["Ember", "Tide", "Moss", "Dusk"],
    "Moons": ["One", "Two", "Eclipse"],
}
PALETTES = {  # sky above, sky below, moon, threads
    "Ember": ("#2b1020", "#d8572a", "#ffe3b3", ["#f7b267", "#f4845f", "#7d1d3f", "#fff1d6"]),
    "Tide": ("#071e3d", "#3b7ea1", "#f5f0e1", ["#21e6c1", "#278ea5", "#1f4287", "#e8fff8"]),
    "Moss": ("#1d2b1f", "#a7b77f", "#fbf6d9", ["#606c38", "#dda15e", "#283618", "#fefae0"]),
    "Dusk": ("#1b1738", "#c06c84", "#ffe9e4", ["#6c5b7b", "#f67280", "#355c7d", "#f8e9f0"]),
}
FINE = 2  # everything is drawn twice as large and then made smaller, which smooths the lines


def features(rng):
    """What is rare about a picture; each becomes a trait of the token."""
    return {
        "Palette": rng.choices(FEATURES["Palette"], [4, 3, 2, 1])[0],
        "Moons": rng.choices(FEATURES["Moons"], [6, 3, 1])[0],
        "Threads": rng.choice(["Loose", "Woven", "Dense"]),
    }


def render(rng, features, size):
    """The picture, (width, height) pixels large; `features` holds what the plan says in the place of what was drawn."""
    width, height = (side * FINE for side in size)
    above, below, moon, threads = PALETTES[features["Palette"]]
    picture = sky(above, below, width, height)
    draw = ImageDraw.Draw(picture)
    paint_moons(rng, draw, features["Moons"], moon, above, width, height)
    paint_water(rng, draw, features["Threads"], threads, width, height)
    return picture.resize(size, Image.Resampling.LANCZOS)


def colour(text):
    return np.array([int(text[place : place + 2], 16) for place in (1, 3, 5)], float)


def sky(above, below, width, height):
    down = np.linspace(0, 1, height)[:, None, None] ** 1.4
    rows = colour(above) * (1 - down) + colour(below) * down
    return Image.fromarray(np.broadcast_to(rows, (height, width, 3)).astype(np.uint8).copy())


def paint_moons(rng, draw, moons, light, dark, width, height):
    radius = height * rng.uniform(0.11, 0.17)
    x, y = width * rng.uniform(0.25, 0.75), height * rng.uniform(0.22, 0.36)
    disc(draw, x, y, radius, light)
    if moons == "Two":
        disc(draw, width * (0.16 if x > width / 2 else 0.84), y * 0.7, radius * 0.45, light)
    if moons == "Eclipse":
        disc(draw, x + radius * 0.12, y + radius * 0.08, radius * 0.9, dark)


def disc(draw, x, y, radius, fill):
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def paint_water(rng, draw, density, colours, width, height):
    count = {"Loose": 60, "Woven": 130, "Dense": 260}[density]
    waves = [(rng.uniform(1, 5), rng.uniform(0, math.tau), rng.uniform(0.2, 1)) for _ in range(5)]
    for number in range(count):
        depth = number / count  # 0 at the horizon, 1 at the lower edge
        level = height * (0.52 + 0.5 * depth**1.3)
        tall = height * 0.035 * (0.3 + depth)
        shift, fill = rng.uniform(-0.6, 0.6), rng.choice(colours)
        start = rng.uniform(-0.2, 0.7)
        steps = [start + step / 60 for step in range(int(60 * rng.uniform(0.25, 0.9)))]
        line = [
            (
                along * width,
                level + tall * sum(s * math.sin(f * along * 6 + p + shift + 4 * depth) for f, p, s in waves),
            )
            for along in steps
        ]
        draw.line(line, fill=fill, width=round(FINE * width / 1000 * (0.6 + 2.2 * depth)) or 1, joint="curve")
