"""PNG files of pictures made of areas of one colour, as drawn layers are: written sooner than by Pillow, and smaller.

Pillow tries five filters on each row, which takes longer than packing it. Filters foretell a pixel from its neighbours;
where neighbours are the same already, the plain rows pack as well or better.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from collection.pictures.png_chunks import SIGNATURE

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngInfo

STEP, ROWS = 64, 8
"""Of each 64 rows, 8 are looked at."""
ALLOWED = 1.15
"""Times as many bytes. Of a few drawings of flat areas it was 0.8 to 1.1, of a photograph 1.3."""
_COLOUR_TYPE = {3: 2, 4: 6}
"""PNG's number of RGB and RGBA."""


def is_flat(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether plain rows pack about as well as those from which the row above is taken, by a sample of rows."""
    height, width, channels = pixels.shape
    rows = pixels.reshape(height, width * channels)
    places = [place for begin in range(1, height, STEP) for place in range(begin, min(begin + ROWS, height))]
    if not places:
        return False
    plain, above = rows[places], rows[[place - 1 for place in places]]
    return len(zlib.compress(plain.data)) <= ALLOWED * len(zlib.compress((plain - above).data))


def flat_png(pixels: npt.NDArray[np.uint8], texts: PngInfo, level: int) -> bytes:
    """The PNG of a picture, (h, w, 3 or 4) uint8, in plain rows, with the chunks of `texts` before the pixels."""
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = pixels.reshape(height, width * channels)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPE[channels], 0, 0, 0)
    chunks: Sequence[tuple[bytes, bytes]] = [
        (b"IHDR", header), *((item[0], item[1]) for item in texts.chunks),
        (b"IDAT", zlib.compress(rows.data, level)), (b"IEND", b""),
    ]  # fmt: skip
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
