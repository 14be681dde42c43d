"""The canvas of SVG that a picture is written on, and its way to pixels."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from collection.generate.painter.arithmetic import Floats
from collection.generate.painter.colour import Colour, as_hex
from collection.values import Pixels

FAINTEST = 0.004
"""What is more transparent than this is left out: one step of 255 cannot show it."""


def points_text(points: Floats) -> str:
    """The points (n, 2) as SVG path coordinates, to a tenth of a unit: last-bit differences are swallowed."""
    return "L".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())


class Canvas:
    """SVG elements in painting order, in units: the area is always 1000 x 1000."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self.short = min(width, height)
        self._parts: list[str] = []
        self._definitions: list[str] = []

    def gradient(self, stops: Sequence[tuple[float, Colour, float]], top: float, bottom: float) -> str:
        """A vertical gradient from y = top to bottom of stops (offset, colour, opacity): a fill for `polygon`."""
        name = f"g{len(self._definitions)}"
        marks = "".join(
            f'<stop offset="{offset:.3f}" stop-color="{as_hex(colour)}" stop-opacity="{opacity:.3f}"/>'
            for offset, colour, opacity in stops
        )
        self._definitions.append(
            f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="{top:.1f}" '
            f'y2="{bottom:.1f}">{marks}</linearGradient>'
        )
        return f"url(#{name})"

    def glow(self, centre: tuple[float, float], radius: float, colour: Colour, opacity: float) -> None:
        """A radial light that fades to nothing at `radius`."""
        if opacity < FAINTEST:
            return
        name = f"g{len(self._definitions)}"
        tint = as_hex(colour)
        self._definitions.append(
            f'<radialGradient id="{name}"><stop offset="0" stop-color="{tint}" stop-opacity="{opacity:.3f}"/>'
            f'<stop offset="0.4" stop-color="{tint}" stop-opacity="{opacity * 0.4:.3f}"/>'
            f'<stop offset="1" stop-color="{tint}" stop-opacity="0"/></radialGradient>'
        )
        self.circle(centre, radius, f"url(#{name})")

    def polygon(self, points: Floats, fill: Colour | str, opacity: float = 1.0) -> None:
        """A filled shape of points (n, 2)."""
        if opacity >= FAINTEST and len(points) > 2:
            paint = fill if isinstance(fill, str) else as_hex(fill)
            self._parts.append(f'<path d="M{points_text(points)}Z" fill="{paint}"{_faded(opacity, "fill")}/>')

    def line(self, points: Floats, colour: Colour, width: float, opacity: float = 1.0, closed: bool = False) -> None:
        """A round-ended line of `width` units through points (n, 2)."""
        if opacity >= FAINTEST and width > 0.04 and len(points) > 1:
            self._parts.append(
                f'<path d="M{points_text(points)}{"Z" if closed else ""}" class="l" stroke="{as_hex(colour)}" '
                f'stroke-width="{width:.2f}"{_faded(opacity, "stroke")}/>'
            )

    def circle(self, centre: tuple[float, float], radius: float, fill: Colour | str, opacity: float = 1.0) -> None:
        """A filled circle."""
        if opacity >= FAINTEST:
            paint = fill if isinstance(fill, str) else as_hex(fill)
            self._parts.append(
                f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius:.1f}" fill="{paint}"'
                f"{_faded(opacity, 'fill')}/>"
            )

    def text(self, width: int, height: int) -> str:
        """The SVG document, to be shown at width x height pixels."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {self.width:.3f} {self.height:.3f}" preserveAspectRatio="none">'
            "<style>.l{fill:none;stroke-linecap:round;stroke-linejoin:round}</style>"
            f"<defs>{''.join(self._definitions)}</defs>{''.join(self._parts)}</svg>"
        )


def _faded(opacity: float, what: str) -> str:
    return "" if opacity > 0.996 else f' {what}-opacity="{opacity:.3f}"'


def rasterise(svg: str) -> Pixels:
    """The pixels of an SVG at its own width and height, drawn by resvg without fonts or network."""
    import resvg_py
    from PIL import Image

    picture = Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))
    return np.array(picture.convert("RGB"))
