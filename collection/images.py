"""Picture files and pixels: reading, writing, and the two identities of a picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from collection.errors import ImageError
from collection.infotext import chunks
from collection.values import Pixels, Recipe, sha256_hex

PNG_LEVEL = 6
"""zlib level: on painted pictures, higher ones take twice the time for one percent."""

WEBP_QUALITY = 80
WEBP_METHOD = 2
"""Effort, 0 to 6: at 1024 pixels, the usual 4 takes three times the time for four percent."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(pixels: Pixels, recipe: Recipe | None = None) -> bytes:
    """The PNG file of a picture, (h, w, 3) uint8, that carries its recipe as text; without one, no text at all.

    The same pixels and recipe give the same bytes. `infotext` says what the text is.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    for key, text in (chunks(recipe) if recipe else {}).items():
        texts.add_text(key, text)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=PNG_LEVEL, pnginfo=texts)
    return file.getvalue()


def as_png(data: bytes, name: str | Path) -> bytes:
    """The bytes of a picture file as PNG: untouched if they are PNG, else written anew, turned as its EXIF says.

    Raises ImageError naming the file if it is no picture.
    """
    from PIL import Image, ImageOps

    decode_image(data, name)
    if data.startswith(PNG_SIGNATURE):
        return data
    with Image.open(io.BytesIO(data)) as image:
        return encode_png(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))


def decode_image(data: bytes, name: str | Path) -> Pixels:
    """The RGB pixels, (h, w, 3) uint8, of a picture file; raises ImageError naming it if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImageError(f"{name} is no readable picture: {error}") from error


def check_mask(data: bytes, name: str | Path, size: tuple[int, int]) -> None:
    """Raise ImageError unless the file is a picture of `size` (width, height) that is light somewhere."""
    pixels = decode_image(data, name)
    height, width = pixels.shape[:2]
    if (width, height) != size:
        raise ImageError(f"{name} is {width}x{height}, the image it masks {size[0]}x{size[1]}", "make both one size")
    if pixels.max() < 128:
        raise ImageError(f"{name} is dark all over: nothing would be painted anew", "paint white what is to change")


def pixel_sha256(pixels: Pixels) -> str:
    """Identity of a picture whatever its file: SHA-256 over "WIDTHxHEIGHT RGB8", a newline, and the rows of bytes."""
    height, width = pixels.shape[:2]
    return sha256_hex(f"{width}x{height} RGB8\n".encode() + np.ascontiguousarray(pixels).tobytes())


def thumbnail(pixels: Pixels, side: int) -> bytes:
    """The WebP file of a picture made small enough for a square of `side` pixels; one that fits keeps its size."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return file.getvalue()
