"""Picture files and pixels: reading, writing, and the two identities of a picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from collection.errors import ImageError
from collection.values import Pixels, sha256_hex

PNG_LEVEL = 6
"""zlib level: on painted pictures, higher ones take twice the time for one percent."""


def encode_png(pixels: Pixels) -> bytes:
    """The PNG file of a picture, (h, w, 3) uint8, without metadata chunks."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue()


def decode_image(data: bytes, name: str | Path) -> Pixels:
    """The RGB pixels, (h, w, 3) uint8, of a picture file; raises ImageError naming it if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImageError(f"{name} is no readable picture: {error}") from error


def pixel_sha256(pixels: Pixels) -> str:
    """Identity of a picture whatever its file: SHA-256 over "WIDTHxHEIGHT RGB8", a newline, and the rows of bytes."""
    height, width = pixels.shape[:2]
    return sha256_hex(f"{width}x{height} RGB8\n".encode() + np.ascontiguousarray(pixels).tobytes())
