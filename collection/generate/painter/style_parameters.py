"""What a style is made of: numbers for one engine of marks, so that styles can be mixed like paints.

A style has no code of its own. Each number of a blend is the mean over its styles, by weight; a number that says
how a mark looks (its width) counts only as far as its style uses that mark at all (its amount).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import fsum

from collection.generate.painter.colour import BLACK, ROLES, WHITE, Colour, Palette, from_hex, luma, mix, vivid
from collection.generate.painter.random_stream import SplitMixStream


@dataclass(frozen=True, slots=True)
class StyleParameters:
    """How things are depicted. Amounts run from 0 to 1, lengths are in units (the canvas's area is 1000 x 1000)."""

    facet: float = 0.0
    """0: edges are curves; 1: edges are straight."""
    rough: float = 0.3
    """How ragged edges are."""
    fade: float = 0.6
    """How far distance draws colours to the low sky."""
    mist: float = 0.2
    """How far the foot of each layer dissolves."""
    bokashi: float = 0.3
    """Gradient inside each shape, and the dark band at the top of the sky."""
    soft: float = 0.3
    """How soft clouds are."""
    shade: float = 0.4
    """How dark the side away from the light is."""
    chroma: float = 1.0
    """Colourfulness against the palette's."""
    light: float = 0.0
    """Above 0 all colours go to white, below 0 they deepen."""
    tint: float = 0.0
    """How far the style's own colours replace the palette's."""
    flat_colour: float = 0.0
    """How far each layer takes a flat primary colour of its own."""
    sun_halo: float = 0.0
    """Rings around the disc."""
    rings: float = 3.0
    """Width of a ring, in radii of the disc, times four."""
    line: float = 0.0
    """Opacity of outlines."""
    line_width: float = 1.0
    contour: float = 0.0
    """Opacity of the lines inside shapes."""
    contour_width: float = 1.0
    shadow: float = 0.0
    """Opacity of the shadow that a layer casts on what lies behind it."""
    marks: float = 0.0
    """How densely strokes cover the picture."""
    mark_length: float = 0.0
    mark_width: float = 8.0
    mark_opacity: float = 0.9
    mark_jitter: float = 0.1
    """How much strokes differ in brightness and warmth."""
    mark_split: float = 0.0
    """How far a colour is split into purer ones that the eye mixes."""
    cells: float = 0.0
    """Panes of glass: their difference in tone and the width of the lead."""
    planes: float = 0.0
    """Opacity of geometric planes laid over the scene."""
    wash: float = 0.0
    """Pools and blooms of wet ink."""
    grain: float = 0.1
    paper: float = 0.1
    wood: float = 0.0
    weave: float = 0.0
    relief: float = 0.0
    margin: float = 0.0
    """Width of the paper left around the picture."""
    seal: float = 0.0
    """Opacity of the artist's seal."""


LOOKS: Mapping[str, str] = {
    "line_width": "line",
    "contour_width": "contour",
    "rings": "sun_halo",
    "mark_length": "marks",
    "mark_width": "marks",
    "mark_opacity": "marks",
    "mark_jitter": "marks",
    "mark_split": "marks",
}
"""Numbers that say how a mark looks, and the amount by which they count."""

MANNERS: Mapping[str, StyleParameters] = {
    "impasto": StyleParameters(
        rough=0.55, fade=0.5, mist=0.1, bokashi=0.35, soft=0.6, shade=1.0, chroma=1.5, sun_halo=0.35, rings=2.4,
        marks=1.0, mark_length=44, mark_width=10, mark_opacity=0.95, mark_jitter=0.19, mark_split=0.16,
        grain=0.1, paper=0.05, weave=0.22, relief=1.0,
    ),
    "woodblock": StyleParameters(
        rough=0.35, fade=0.6, mist=0.5, bokashi=1.0, soft=0.0, shade=0.12, chroma=1.12, tint=0.34,
        line=0.85, line_width=1.9, contour=0.6, contour_width=1.3,
        grain=0.18, paper=0.35, wood=0.36, margin=24, seal=1.0,
    ),
    "bauhaus": StyleParameters(
        facet=1.0, rough=0.0, fade=0.12, mist=0.0, bokashi=0.0, soft=0.0, shade=0.75, chroma=1.05, tint=0.75,
        flat_colour=0.85, sun_halo=0.75, rings=3.4, planes=1.0, grain=0.3, paper=0.3, margin=18,
    ),
    "ink": StyleParameters(
        rough=0.95, fade=0.52, mist=1.0, bokashi=0.9, soft=1.0, shade=0.5, chroma=0.65, tint=0.84, light=0.0,
        contour=0.25, contour_width=3.4, wash=1.0, grain=0.12, paper=0.9, seal=1.0,
    ),
    "papercut": StyleParameters(
        facet=0.0, rough=0.0, fade=0.5, mist=0.0, bokashi=0.12, soft=0.0, shade=0.1, chroma=1.42,
        sun_halo=1.0, rings=3.6, shadow=1.0, grain=0.12, paper=0.55,
    ),
    "pointillism": StyleParameters(
        rough=0.2, fade=0.5, mist=0.15, bokashi=0.4, soft=0.7, shade=0.6, chroma=1.55, light=0.04,
        sun_halo=0.3, rings=2.2,
        marks=1.0, mark_length=0.6, mark_width=9.4, mark_opacity=0.95, mark_jitter=0.25, mark_split=0.6,
        grain=0.05, paper=0.3,
    ),
    "stained-glass": StyleParameters(
        facet=0.35, rough=0.0, fade=0.1, mist=0.0, bokashi=0.5, soft=0.0, shade=0.7, chroma=2.1, light=-0.2,
        sun_halo=0.8, rings=4.0, line=1.0, line_width=7.5, cells=1.0, grain=0.1, margin=12,
    ),
}  # fmt: skip
"""Every style of the painter."""

STYLES: Mapping[str, str] = {
    "impasto": "Thick oil strokes that follow the forms of the land and swirl through the sky.",
    "woodblock": "A colour woodblock print: flat tones that fade by hand, fine outlines, wood grain and a red seal.",
    "bauhaus": "Geometry of the 1920s: triangles, arcs and translucent planes in a few strong colours.",
    "ink": "Ink wash on paper: mountains that dissolve in mist, wet pools, a single red seal.",
    "papercut": "Layers of cut paper, each with rounded edges and a soft shadow on the one behind.",
    "pointillism": "Dots of pure colour that the eye mixes into light.",
    "stained-glass": "Panes of luminous glass held by dark lead.",
}
"""The painter's styles, each in a sentence."""

OWN_COLOURS: Mapping[str, Palette] = {
    name: dict(zip(ROLES, (from_hex(text) for text in colours.split()), strict=True))
    for name, colours in {
        "woodblock": "#2c5a86 #f3e3bd #9db3ad #27466a #3a6d96 #cf4a2e #f4e9cd #152238 #f1e4c6",
        "bauhaus": "#ede1c4 #efe3c6 #d8b24a #1d1b1c #2a5b8f #cc3322 #cf3a24 #1b1a1a #f1e7d0",
        "ink": "#d9d2c2 #efe8d8 #8d9294 #23262a #b9bab2 #b3291f #f3ece0 #191b1f #efe7d6",
    }.items()
}
"""The colours that a style pulls every palette to."""

PRIMARIES = tuple(
    from_hex(text) for text in ("#c8321f", "#1f4f86", "#efb32f", "#1d1b1c", "#e9dcc0", "#3c7d78", "#d9622b")
)
"""Flat colours of posters."""


def blended(weights: Mapping[str, float]) -> StyleParameters:
    """The parameters of a blend; `weights` of styles sum to 1."""
    parts = [(MANNERS[name], weight) for name, weight in sorted(weights.items())]
    values: dict[str, float] = {}
    # fsum: the sum of floats has other last bits from Python 3.12 on.
    for entry in fields(StyleParameters):
        amount = LOOKS.get(entry.name)
        shares = [weight * (getattr(parameters, amount) if amount else 1.0) for parameters, weight in parts]
        total = fsum(shares)
        if total:
            named = zip(parts, shares, strict=True)
            values[entry.name] = (
                fsum(getattr(parameters, entry.name) * share for (parameters, _), share in named) / total
            )
    return StyleParameters(**values)


def styled(palette: Palette, weights: Mapping[str, float]) -> Palette:
    """The palette as the styles of a blend would mix it."""
    parts = [(_styled(palette, name), weight) for name, weight in sorted(weights.items())]
    result = dict(parts[0][0])
    so_far = parts[0][1]
    for colours, weight in parts[1:]:
        so_far += weight
        result = {role: mix(result[role], colours[role], weight / so_far) for role in ROLES}
    return result


def _styled(palette: Palette, name: str) -> Palette:
    parameters = MANNERS[name]
    own = OWN_COLOURS.get(name, palette)
    mixed = {role: mix(palette[role], own[role], parameters.tint) for role in ROLES}
    target = WHITE if parameters.light > 0 else BLACK
    return {
        role: mix(vivid(colour, parameters.chroma), target, abs(parameters.light)) for role, colour in mixed.items()
    }


def primaries(seed: int, palette: Palette) -> Sequence[Colour]:
    """The poster colours of a seed, in its own order, each a little of the palette, and as dark as the hour."""
    dim = min(1.0, 0.35 + luma(palette["paper"]) * 0.72)
    mixed = [mix(colour, palette["accent"], 0.08) for colour in PRIMARIES]
    return SplitMixStream(seed, "primaries").shuffled([(r * dim, g * dim, b * dim) for r, g, b in mixed])
