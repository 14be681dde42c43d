"""SVG layers, drawn by resvg at the size of the images."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from collection.errors import ImageError

if TYPE_CHECKING:
    from PIL import Image


def is_svg(data: bytes) -> bool:
    """Whether a file begins as SVG does: XML whose first element is svg."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and b"<svg" in head


def rasterised(data: bytes, size: tuple[int, int]) -> Image.Image:
    """The drawing as RGBA, (width, height), stretched to fill it; raises ImageError, saying what is wrong with it.

    Fonts of the machine are not used, so that the pixels are the same everywhere: text must be turned into paths. What
    the file links to is not loaded.
    """
    import resvg_py
    from PIL import Image

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImageError(f"is no UTF-8 text (byte {error.start})", "save the drawing as UTF-8") from error
    if "<text" in text:
        raise ImageError("has text, whose font is not the same on every machine", "turn the text into paths")
    if "<image" in text:
        raise ImageError("holds a picture (<image>), which is not drawn", "save that picture as a PNG layer of its own")
    try:
        png = bytes(resvg_py.svg_to_bytes(svg_string=text, width=size[0], height=size[1], skip_system_fonts=True))
    except Exception as error:  # whatever its reader says of a broken file
        raise ImageError(f"is no SVG that can be drawn: {error}", "export it again, as plain SVG") from error
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return image
