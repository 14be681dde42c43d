"""Text hidden in the lowest bits of transparency, as NovelAI and extensions of the web UI write it.

Column by column: a signature, the number of bits, the text; packed by gzip if the signature says so.
"""

from __future__ import annotations

import io
import zlib

from collection.pictures.png_chunks import LARGEST_UNPACKED

_SIGNATURES = (b"stealth_pnginfo", b"stealth_pngcomp")
_GZIP = 31
"""`wbits` of zlib for gzip."""


def read_stealth(data: bytes) -> str:
    """The hidden text of a picture file with transparency; empty if there is none."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            if "A" not in image.getbands() or image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0):
                return ""
            bits = (np.asarray(image.getchannel("A")).T & 1).ravel()
        begin = len(_SIGNATURES[0])
        head = np.packbits(bits[: (begin + 4) * 8]).tobytes()
        signature, size = head[:begin], int.from_bytes(head[begin:])
        if signature not in _SIGNATURES or size % 8 or size > bits.size:
            return ""
        text = np.packbits(bits[(begin + 4) * 8 :][:size]).tobytes()
        if signature == _SIGNATURES[1]:
            text = zlib.decompressobj(_GZIP).decompress(text, LARGEST_UNPACKED)
        return text.decode()
    except Exception:  # a picture that was changed since, or cannot be decoded
        return ""
