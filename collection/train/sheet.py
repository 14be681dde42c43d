"""A sheet of small pictures, side by side."""

from __future__ import annotations

import math

import numpy as np

from collection.pictures.files import encode_png
from collection.values import Pixels

GAP, PAPER = 2, 255


def grid_png(pictures: Pixels, columns: int | None = None) -> bytes:
    """Pictures (n, h, w, 3) in rows, as near to a square as can be, as PNG."""
    count, tall, wide, _ = pictures.shape
    across = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / across)
    sheet = np.full((rows * (tall + GAP) + GAP, across * (wide + GAP) + GAP, 3), PAPER, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = GAP + number // across * (tall + GAP), GAP + number % across * (wide + GAP)
        sheet[top : top + tall, left : left + wide] = picture
    return encode_png(sheet)
