"""The curve of an objective as a picture: one panel for each of its terms, over the steps."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, PANEL, LEFT, TOP, FOOT = 720, 170, 64, 30, 22
"""Pixels."""
PAPER, INK, FAINT, LINE = (255, 255, 255), (40, 40, 40), (214, 214, 214), (31, 111, 235)


def curve_png(history: Sequence[Mapping[str, float]], steps: int) -> bytes:
    """A PNG of points with "step" and the terms of the objective; the axis goes to `steps`."""
    from PIL import Image, ImageDraw

    terms = [name for name in (history[0] if history else {}) if name not in ("step", "count")]
    image = Image.new("RGB", (WIDTH, PANEL * max(1, len(terms)) + FOOT), PAPER)
    pen = ImageDraw.Draw(image)
    for place, name in enumerate(terms):
        points = [(float(point["step"]), float(point[name])) for point in history]
        _panel(pen, name, points, steps, PANEL * place)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _panel(pen: ImageDraw, name: str, points: Sequence[tuple[float, float]], steps: int, top: int) -> None:
    values = sorted(value for _, value in points)
    most = values[min(len(values) - 1, int(len(values) * 0.99))]
    low, high = min(values[0], 0.0), max(most, values[0] + 1e-9)
    upper, lower, right = top + TOP, top + PANEL - 12, WIDTH - 16
    font = _font()
    pen.text((LEFT, top + 8), f"{name}, last {points[-1][1]:.4g}", INK, font)
    for value in (low, (low + high) / 2, high):
        y = lower - (value - low) / (high - low) * (lower - upper)
        pen.line((LEFT, y, right, y), FAINT)
        pen.text((6, y - 6), f"{value:.3g}", INK, font)
    places = [
        (
            LEFT + step / max(steps, 1) * (right - LEFT),
            lower - (min(max(value, low), high) - low) / (high - low) * (lower - upper),
        )
        for step, value in points
    ]
    pen.line(places if len(places) > 1 else places * 2, LINE, 2)
    pen.text((right - 80, lower + 1), f"{steps:,} steps", INK, font)


def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(12)
