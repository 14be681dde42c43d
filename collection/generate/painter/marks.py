"""Strokes and dots: the underpainting repainted mark by mark, each taking its colour from where it begins.

The idea of painting after a picture, coarse strokes first, is that of A. Hertzmann, "Painterly Rendering with
Curved Brush Strokes of Multiple Sizes" (SIGGRAPH 1998); here strokes follow a field of noise and edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.generate.painter.arithmetic import Floats
from collection.generate.painter.canvas import rasterise
from collection.generate.painter.drawing_context import DrawingContext, column
from collection.generate.painter.random_stream import value_noise

COUNT = 9000
"""Marks of a picture whose marks have amount 1 and the usual width."""
DRAFT = 0.3
"""Pixels a unit of the underpainting that marks take their colours from, the same at every final size."""
BENDS = 5
SHORT = 3.0
"""Strokes below this length are drawn straight: nobody sees the bends of a dot."""
EDGE = 0.45
"""Change of colour, summed over channels, at which a stroke stops."""


def paint_marks(context: DrawingContext) -> None:
    """Cover what is painted so far with marks, as densely as the parameters says."""
    amount = context.parameters.marks
    if amount <= 0:
        return
    draft = _draft(context)
    stream = context.scene.stream("marks")
    late = np.arange(COUNT) / COUNT
    detail = _detail(draft)
    x, y, here = _places(context, detail, late)
    presence = np.clip((amount * 1.12 - stream.units(COUNT)) / 0.12, 0.0, 1.0)
    dotted = 1 - min(1.0, context.parameters.mark_length / 30)
    coarse = (1.75 - 1.3 * late) * (1 - dotted) + (1.35 - 0.6 * late) * dotted
    breadth = context.parameters.mark_width * coarse * (0.8 + 0.4 * stream.units(COUNT)) * (1 - 0.5 * here)
    length = (
        context.parameters.mark_length * (0.55 + 0.9 * stream.units(COUNT)) * (0.5 + 0.5 * coarse) * (1 - 0.6 * here)
    )
    colours = _colours(context, draft, x, y)
    paths = _paths(context, draft, x, y, length)
    opacity = context.parameters.mark_opacity * presence
    looks = zip(colours.tolist(), breadth.tolist(), opacity.tolist(), (length < SHORT).tolist(), strict=True)
    for path, (colour, size, visible, short) in zip(paths.transpose(1, 0, 2), looks, strict=True):
        context.canvas.line(path[::4] if short else path, (colour[0], colour[1], colour[2]), size, visible)


def _grey(colours: Floats) -> Floats:
    """Brightness of colours (..., 3), by the BT.601 weights."""
    return np.asarray(0.299 * colours[..., 0] + 0.587 * colours[..., 1] + 0.114 * colours[..., 2])


def _places(context: DrawingContext, detail: Floats, late: Floats) -> tuple[Floats, Floats, Floats]:
    """Where marks lie: (x, y, detail there). Late, fine ones take the busier of two random places."""
    stream = context.scene.stream("places")
    width, height = context.size
    x, y = stream.units(2 * COUNT) * width, stream.units(2 * COUNT) * height
    busy = detail[_cells(context, detail, x, y)]
    second = (late > 0.45) & (busy[COUNT:] > busy[:COUNT])
    chosen = np.arange(COUNT) + COUNT * second
    return x[chosen], y[chosen], busy[chosen]


def _detail(draft: Floats) -> Floats:
    """How much happens around each place of the draft, (rows, columns), 0 to 1."""
    grey = _grey(draft)
    change = np.zeros_like(grey)
    change[:, 1:-1] += np.abs(grey[:, 2:] - grey[:, :-2])
    change[1:-1] += np.abs(grey[2:] - grey[:-2])
    return np.clip(_blurred(change) * 4, 0.0, 1.0)


def _draft(context: DrawingContext) -> Floats:
    """The picture so far, small: (rows, columns, 3), 0 to 1."""
    columns, rows = (max(8, int(side * DRAFT)) for side in context.size)
    return rasterise(context.canvas.text(columns, rows)).astype(np.float64) / 255


def _cells(
    context: DrawingContext, draft: Floats, x: Floats, y: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows, columns = draft.shape[:2]
    row = np.clip((y / context.canvas.height * rows).astype(np.int64), 0, rows - 1)
    column = np.clip((x / context.canvas.width * columns).astype(np.int64), 0, columns - 1)
    return row, column


def _colours(context: DrawingContext, draft: Floats, x: Floats, y: Floats) -> Floats:
    """The colour of each mark: that of its place, jittered in light and warmth, split towards pure colours."""
    stream = context.scene.stream("mark colours")
    colours = draft[_cells(context, draft, x, y)]
    jitter, split = context.parameters.mark_jitter, context.parameters.mark_split
    light = stream.bells(COUNT)[:, None] * jitter * 0.8
    warm = stream.bells(COUNT)[:, None] * jitter * 0.6 * np.array([1.0, 0.15, -1.0])
    grey = _grey(colours)[:, None]
    pure = np.array(
        [[0.34, -0.02, -0.3], [-0.28, 0.1, 0.2], [0.06, 0.12, -0.34], [0.12, -0.14, 0.14], [-0.24, 0.02, 0.32]]
    )
    chosen = pure[(stream.units(COUNT) * len(pure)).astype(np.int64)]
    strength = stream.units(COUNT)[:, None] * split * 0.5 * (0.45 + 0.55 * (1 - np.abs(2 * grey - 1)))
    vivid = grey + (colours - grey) * (1 + 0.35 * split)
    return np.asarray(np.clip(vivid + light + warm + chosen * strength, 0.0, 1.0))


def _paths(context: DrawingContext, draft: Floats, x: Floats, y: Floats, length: Floats) -> Floats:
    """Each stroke's points (BENDS, COUNT, 2), from its middle half a length each way along the field."""
    field = _field(context, draft)
    half = BENDS // 2
    steps = length / (BENDS - 1)
    middle = column(x, y)
    start = draft[_cells(context, draft, x, y)]
    sides = []
    for way in (-1.0, 1.0):
        place, points = middle, []
        for _ in range(half):
            direction = field[_cells(context, draft, place[:, 0], place[:, 1])]
            ahead = place + direction * (way * steps)[:, None]
            change = np.abs(draft[_cells(context, draft, ahead[:, 0], ahead[:, 1])] - start)
            change = change[:, 0] + change[:, 1] + change[:, 2]
            place = np.where((change > EDGE)[:, None], place, ahead)
            points.append(place)
        sides.append(points)
    return np.stack([*reversed(sides[0]), middle, *sides[1]])


def _field(context: DrawingContext, draft: Floats) -> Floats:
    """Unit directions (rows, columns, 2): along edges where there are any, else along drifting noise."""
    rows, columns = draft.shape[:2]
    grey = _grey(draft)
    smooth = _blurred(_blurred(grey))
    down, across = np.zeros_like(smooth), np.zeros_like(smooth)
    down[1:-1] = smooth[2:] - smooth[:-2]
    across[:, 1:-1] = smooth[:, 2:] - smooth[:, :-2]
    xs = np.broadcast_to(np.arange(columns) * 1.0, (rows, columns)) / 64.0
    ys = np.broadcast_to(np.arange(rows)[:, None] * 1.0, (rows, columns)) / 40.0
    wild = 1.6 if context.scene.traits["Weather"] == "Storm" else 0.85
    slope = value_noise(context.scene.stream("field"), xs, ys, columns // 64 + 1, rows // 40 + 1) * wild
    along = np.ones_like(slope)
    sign = np.where(along * -down + slope * across < 0, -1.0, 1.0)
    strength = 26.0
    x = along + strength * sign * -down
    y = slope + strength * sign * across
    size = np.sqrt(x * x + y * y) + 1e-9
    return np.stack([x / size, y / size], axis=2)


def _blurred(grey: Floats) -> Floats:
    """A 5 x 5 mean, edges repeated."""
    for axis in (0, 1):
        padded = np.pad(grey, [(2, 2) if side == axis else (0, 0) for side in (0, 1)], mode="edge")
        count = grey.shape[axis]
        slices = [
            padded[start : start + count] if axis == 0 else padded[:, start : start + count] for start in range(5)
        ]
        grey = (slices[0] + slices[1] + slices[2] + slices[3] + slices[4]) / 5
    return grey
