"""Colours, the palettes and the light that falls on them."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from types import MappingProxyType

Colour = tuple[float, float, float]
"""sRGB, each channel 0 to 1."""

BLACK: Colour = (0.03, 0.02, 0.06)
"""Shadow: nearly black, a little blue."""
WHITE: Colour = (1.0, 1.0, 1.0)

Palette = Mapping[str, Colour]
"""A colour for each part of a landscape, by the names in ROLES."""

ROLES = ("zenith", "horizon", "far", "near", "water", "accent", "disc", "ink", "paper")


def from_hex(text: str) -> Colour:
    """The colour "#rrggbb"."""
    return (int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255)


def as_hex(colour: Colour) -> str:
    """The colour as "#rrggbb", each channel held to 0..255."""
    red, green, blue = (min(255, max(0, int(channel * 255 + 0.5))) for channel in colour)
    return f"#{red:02x}{green:02x}{blue:02x}"


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """From `one` (share 0) to `other` (share 1), in squared channels: near linear light, so that mixes stay clean."""
    # sqrt is the only root used: it is exact on every machine, the sRGB curve's power is not.
    red, green, blue = (sqrt(max(0.0, a * a * (1 - share) + b * b * share)) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def luma(colour: Colour) -> float:
    """Brightness, 0 to 1: the BT.601 weights on sRGB channels."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def vivid(colour: Colour, chroma: float) -> Colour:
    """The colour with its distance from grey multiplied by `chroma`."""
    grey = luma(colour)
    red, green, blue = (min(1.0, max(0.0, grey + (channel - grey) * chroma)) for channel in colour)
    return (red, green, blue)


def _palette(colours: str) -> Palette:
    return MappingProxyType(dict(zip(ROLES, (from_hex(text) for text in colours.split()), strict=True)))


# zenith, horizon, far, near, water, accent, disc, ink, paper
PALETTES: Mapping[str, Palette] = {
    "Indigo": _palette("#2f5d94 #f0e2c2 #86a5bd #14253f #2f6290 #d6432f #f7eed8 #101c30 #f2e8d2"),
    "Ember": _palette("#5a2f55 #f7a45c #bb5650 #2a1a2e #8a4560 #ffcf66 #ffe6ae #20111f #f8e4c8"),
    "Moss": _palette("#6f9f9c #f4e6c0 #93b08a #1f382b #4b8c84 #e2743a #fff2c6 #14241c #f3ecd6"),
    "Rose": _palette("#8f74a8 #fbcab8 #ca8ba2 #412846 #8f86b8 #f0585a #fff1de #2a1830 #f9eae2"),
    "Saffron": _palette("#2d7796 #fde19a #e3a254 #58291d #2a8092 #d63c28 #fff6d6 #301511 #faefcf"),
    "Glacier": _palette("#5890bb #e8f2f2 #a2c2d2 #1b354a #3a809e #f29c3c #ffffff #10222f #f1f4f0"),
    "Plum": _palette("#43285e #eda8b6 #8e5c92 #1f1533 #5f4e92 #f6c65a #ffe9dc #150e24 #f5e6e6"),
    "Jade": _palette("#2b7a76 #f6e9c9 #74b39c #113838 #1f8d82 #f06a48 #fff4d8 #0b2526 #f4eeda"),
    "Terracotta": _palette("#6fa0ae #f8d9b4 #d58761 #63291f #5b9399 #f2b53c #fff0d2 #33140f #f7e8d6"),
    "Harvest": _palette("#b98a4a #f8e2ad #c88a3c #3f2d1c #6b8c86 #b5341f #fff3cf #241a10 #f7ecd0"),
}
"""The palettes a picture may have, by the name that collectors see."""

Light = tuple[Colour, float, Colour, float, Colour]
"""(tint, its share, colour of the low sky, its share, brightness of each channel)."""

LIGHTS: Mapping[str, Light] = {
    "Morning": (from_hex("#fff6e4"), 0.02, from_hex("#fff1d8"), 0.15, (1.0, 1.0, 0.99)),
    "Dawn": (from_hex("#f7c3c4"), 0.1, from_hex("#ffc9a8"), 0.5, (1.0, 0.95, 0.96)),
    "Noon": (from_hex("#ffffff"), 0.03, from_hex("#eef6f4"), 0.25, (1.02, 1.03, 1.03)),
    "Golden hour": (from_hex("#ffa63a"), 0.11, from_hex("#ffc065"), 0.6, (1.02, 0.96, 0.88)),
    "Dusk": (from_hex("#6a3a8c"), 0.16, from_hex("#ff8452"), 0.62, (0.86, 0.72, 0.86)),
    "Night": (from_hex("#15245f"), 0.2, from_hex("#4f74c0"), 0.7, (0.4, 0.5, 0.8)),
}
"""What the hour does to every colour, by the name that collectors see."""


def under_light(palette: Palette, light: str) -> Palette:
    """The palette under one of LIGHTS. The disc, the accent (lamps, sails) and the paper keep most of their own."""
    tint, share, low, low_share, brightness = LIGHTS[light]
    kept = {"disc": 0.12, "accent": 0.3, "paper": 0.1, "ink": 0.5, "water": 0.6}

    def under(role: str, colour: Colour) -> Colour:
        part = kept.get(role, 1.0)
        if role == "horizon":
            colour = mix(colour, low, low_share)
            part = 0.35
        red, green, blue = (
            channel * (1 + (dim - 1) * part)
            for channel, dim in zip(mix(colour, tint, share * part), brightness, strict=True)
        )
        return (red, green, blue)

    return {role: under(role, colour) for role, colour in palette.items()}
