"""Text hidden in the lowest bits of transparency or of colours, as NovelAI and extensions of the web UI write it.

Column by column, of each pixel alpha, or red, green and blue: a signature, the number of bits, the text; packed by gzip
if the signature says so.
"""

from __future__ import annotations

import io
import zlib
from typing import Any

from collection.pictures.png_chunks import LARGEST_UNPACKED

_SIGNATURES = {"A": (b"stealth_pnginfo", b"stealth_pngcomp"), "RGB": (b"stealth_rgbinfo", b"stealth_rgbcomp")}
"""By the channels that hold the text: plain, and packed."""
_KEPT = ("PNG", "WEBP", "TIFF", "BMP")
"""Formats that can keep the lowest bits."""
_GZIP = 31
"""`wbits` of zlib for gzip."""


def read_stealth(data: bytes) -> str:
    """The hidden text of a picture file; empty if there is none."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in _KEPT or image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0):
                return ""
            for channels in _SIGNATURES:
                if {*channels} <= {*image.getbands()}:
                    parts = [np.asarray(image.getchannel(name)).T & 1 for name in channels]
                    if text := _text(np.stack(parts, axis=-1).ravel(), *_SIGNATURES[channels]):
                        return text
    except Exception:  # a picture that was changed since, or cannot be decoded
        pass
    return ""


def _text(bits: Any, plain: bytes, packed: bytes) -> str:
    """The text that bits (n,) begin with; empty if there is none."""
    import numpy as np

    begin = len(plain)
    head = np.packbits(bits[: (begin + 4) * 8]).tobytes()
    signature, size = head[:begin], int.from_bytes(head[begin:])
    if signature not in (plain, packed) or size % 8 or size > bits.size:
        return ""
    text = np.packbits(bits[(begin + 4) * 8 :][:size]).tobytes()
    if signature == packed:
        text = zlib.decompressobj(_GZIP).decompress(text, LARGEST_UNPACKED)
    return text.decode()
