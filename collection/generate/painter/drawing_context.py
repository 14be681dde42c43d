"""The canvas, what is to be painted on it and by which style parameters: all that a part of a picture needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from collection.generate.painter.arithmetic import Floats, clamp
from collection.generate.painter.canvas import Canvas
from collection.generate.painter.colour import BLACK, WHITE, Colour, Palette, mix
from collection.generate.painter.scene import Layer, Scene
from collection.generate.painter.style_parameters import StyleParameters


@dataclass
class DrawingContext:
    """Everything that drawing one picture needs."""

    canvas: Canvas
    scene: Scene
    parameters: StyleParameters
    palette: Palette
    primaries: Sequence[Colour]
    skyline: list[tuple[Floats, Colour]] = field(default_factory=list)
    """Shapes that stand at the water and are mirrored in it: (points, colour)."""

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) in units."""
        return self.canvas.width, self.canvas.height

    @property
    def disc(self) -> tuple[float, float]:
        """The centre of sun or moon, in units."""
        return self.scene.disc[0] * self.canvas.width, self.scene.disc[1] * self.canvas.height

    @property
    def night(self) -> bool:
        """Whether lamps are lit."""
        return self.scene.traits["Light"] in ("Night", "Dusk")

    def tone(self, layer: Layer, index: int) -> Colour:
        """The colour of a layer: from far to near, drawn to the low sky by distance, or a poster's."""
        near = layer.depth
        colour = mix(self.palette["far"], self.palette["near"], clamp(near * 0.82 + near * near * 0.14))
        if layer.kind in ("wave", "water"):
            colour = mix(self.palette["water"], self.palette["near"], 0.72 * near * near)
        if layer.kind == "dune":
            colour = mix(
                mix(self.palette["far"], self.palette["horizon"], 0.35 * (1 - near)), self.palette["near"], 0.4 * near
            )
        thick = 0.35 if self.scene.traits["Weather"] in ("Mist", "Rain", "Snow") else 0.0
        colour = mix(colour, self.palette["horizon"], clamp((self.parameters.fade + thick) * (1 - near) * 0.8))
        return mix(colour, self.primaries[index % len(self.primaries)], self.parameters.flat_colour)

    def shape(self, points: Floats, colour: Colour, scale: float = 1.0, feet: Colour | None = None) -> None:
        """A solid shape: its shadow, its fill (fading from `colour` to `feet` at the bottom), its outline."""
        self.cast(points, scale)
        parameters = self.parameters
        top, bottom = float(points[:, 1].min()), float(points[:, 1].max())
        upper = mix(colour, BLACK, 0.16 * parameters.bokashi)
        lower = mix(colour, WHITE, 0.2 * parameters.bokashi) if feet is None else feet
        fill: Colour | str = colour
        if scale > 0.3:
            fill = self.canvas.gradient([(0, upper, 1), (0.35, colour, 1), (1, lower, 1)], top, bottom)
        self.canvas.polygon(points, fill)
        self.outline(points, scale)

    def outline(self, points: Floats, scale: float = 1.0) -> None:
        """The key line around a shape."""
        width = self.parameters.line_width * (0.35 + 0.65 * clamp(scale))
        self.canvas.line(points, self.palette["ink"], width, self.parameters.line, closed=True)

    def cast(self, points: Floats, scale: float = 1.0) -> None:
        """The soft shadow of a shape that lies above what was painted before: nested strokes instead of a blur."""
        strength = self.parameters.shadow
        if strength <= 0:
            return
        moved = points + np.array([5.0, 8.0]) * scale
        for width in (4.0, 10.0, 18.0, 28.0):
            self.canvas.line(moved, BLACK, width * scale, 0.08 * strength * min(1.0, 0.35 + scale), closed=True)


def column(xs: Sequence[float] | Floats, ys: Sequence[float] | Floats) -> Floats:
    """Points (n, 2) from coordinates."""
    return np.stack([np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)], axis=1)
