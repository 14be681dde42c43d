"""Picture files and pixels: reading, writing, and the two identities of a picture."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from collection.errors import ImageError
from collection.pictures.animation import FORMATS, representative_frame
from collection.pictures.colour import in_srgb
from collection.pictures.colour_box import box_code_points, box_profile
from collection.pictures.flat_png import flat_png, is_flat
from collection.pictures.infotext import chunks
from collection.pictures.pillow import silence_pillow
from collection.pictures.png_chunks import SIGNATURE, Split, read_chunks, split
from collection.pictures.png_colour import PngColour, coded_colour, into_srgb, png_colour
from collection.pictures.signatures import ANOTHER_PICTURE, why_unread
from collection.transparency import laid_on_ground
from collection.values import Pixels, Recipe

if TYPE_CHECKING:
    from PIL import Image

PNG_LEVEL = 6
"""zlib level: on painted pictures, higher ones take twice the time for one percent."""

WEBP_QUALITY = 80
WEBP_METHOD = 2
"""Effort, 0 to 6: at 1024 pixels, the usual 4 takes three times the time for four percent."""


def encode_png(
    pixels: npt.NDArray[np.uint8],
    recipe: Recipe | None = None,
    made_by: Mapping[str, Any] | None = None,
    *,
    photograph: bool = False,
    drawn: bool = False,
) -> bytes:
    """The PNG file of a picture, (h, w, 3 or 4) uint8, that carries its recipe as text; without one, no text at all.

    The same arguments give the same bytes. `infotext` says what the text is, and what it takes of `made_by`, the
    generator's record. For a `photograph`, in which hardly anything comes twice, zlib looks for runs only: a fifth of
    the time for a few percent more bytes. One that was `drawn` is written in plain rows, if these pack as well.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    for key, text in (chunks(recipe, made_by or {}) if recipe else {}).items():
        texts.add_text(key, text)
    if drawn and is_flat(pixels):
        return flat_png(pixels, texts, PNG_LEVEL)
    file = io.BytesIO()
    how = {"compress_type": zlib.Z_RLE} if photograph else {"compress_level": PNG_LEVEL}
    Image.fromarray(pixels).save(file, "PNG", pnginfo=texts, **how)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a picture file shows."""

    pixels: Pixels
    """(h, w, 3) uint8, upright, transparency laid on GROUND."""
    format: str
    """Pillow's name of the file's format: PNG, JPEG, GIF."""
    notes: tuple[str, ...] = ()
    """What the pixels leave out of the file or change in it: other frames, a turn, finer shades."""
    whole: bool = True
    """Whether the file holds one frame, stored upright: shown as it is, it looks like `pixels`."""
    animated: bool = False
    """Whether it holds frames that are shown one after another, of which `pixels` is one."""
    transparent: npt.NDArray[np.uint8] | None = None
    """(h, w, 4) uint8, with its alpha, black where nothing is seen; None where all of it is opaque."""
    lossless: bool = True
    """Whether the file keeps every pixel that was put into it."""

    @property
    def channels(self) -> npt.NDArray[np.uint8]:
        """(h, w, 3 or 4): the pixels, with their alpha if they have any; what a PNG of the picture holds."""
        return self.pixels if self.transparent is None else self.transparent

    @property
    def pixel_sha256(self) -> str:
        """Identity of what is seen, whatever its file; see the function of this name."""
        return pixel_sha256(self.channels)


def as_png(data: bytes, name: str | Path) -> bytes:
    """The bytes of a picture file as PNG: untouched if they are PNG, else written anew from what `read_picture` sees.

    Raises ImageError naming the file if it is no picture.
    """
    picture = decode(data, name)
    return data if data.startswith(SIGNATURE) else encode_png(picture.channels)


def decode_image(data: bytes, name: str | Path) -> Pixels:
    """The RGB pixels, (h, w, 3) uint8, of a picture file; raises ImageError naming it if it is none."""
    return decode(data, name).pixels


def decode(data: bytes, name: str | Path) -> Decoded:
    """What a picture file shows, as `read_picture` has it; raises ImageError naming the file if it shows nothing."""
    try:
        return read_picture(data)
    except ImageError as error:
        raise ImageError(f"{name} is no readable picture: {error.message}", error.hint or ANOTHER_PICTURE) from error


def read_picture(data: bytes) -> Decoded:
    """What a picture file shows, in whatever format, mode or position; raises ImageError saying why it shows nothing.

    Of several frames the first, of an animation the first that shows something; turned as its EXIF says; colours by
    its profile in sRGB; 16 bits a channel become the upper 8; transparency is laid on GROUND. Texts that are too
    long or broken, and a broken profile, cost themselves alone. More than Pillow's MAX_IMAGE_PIXELS (89 million)
    are refused before they are decoded.
    """
    from PIL import Image

    if not data:
        raise ImageError("it is empty")
    silence_pillow()
    try:
        parts = split(data)
        with Image.open(io.BytesIO(parts.pixels)) as image:
            return _decoded(image, parts)
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError("there is not enough memory to decode it") from error
    except Exception as error:  # whatever a broken file makes a reader of fifty formats raise
        raise ImageError(why_unread(data, error)) from error


def _decoded(image: Image.Image, parts: Split) -> Decoded:
    """The pixels of an opened file, and what was done to get them."""
    from PIL import Image as Pillow

    width, height = image.size
    if Pillow.MAX_IMAGE_PIXELS and width * height > Pillow.MAX_IMAGE_PIXELS:
        raise ImageError(f"it has {width}x{height} pixels, more than {Pillow.MAX_IMAGE_PIXELS:,}", "make it smaller")
    frames = getattr(image, "n_frames", 1)
    animated = frames > 1 and image.format in FORMATS
    place = representative_frame(image, frames) if animated else 0
    if animated:
        image.seek(place)
    deep = image.mode.startswith("I") or re.search(r";16[BLN]", str(getattr(image, "tile", ""))) is not None
    image.load()  # which turns a TIFF upright, and forgets how it lay
    mode, turn = image.mode, _turn(image)
    picture, coloured, broken = _coloured(image, parts)
    said = {
        f"the first of {frames} frames": frames > 1 and not place,
        f"frame {place + 1} of {frames}, for the first shows little": place > 0,
        "16 bits a channel became 8": deep,
        "CMYK became RGB without its colour profile": mode == "CMYK" and not coloured,
        "turned as its EXIF says": turn is not None,
    }
    form = image.format or ""
    picture, alpha = laid_on_ground(picture) if picture.has_transparency_data else (_eight_bits(picture), None)
    said["transparency laid on grey"] = alpha is not None
    if turn is not None:
        picture, alpha = picture.transpose(turn), alpha and alpha.transpose(turn)
    notes = (*filter(None, (coloured, broken)), *(note for note, holds in said.items() if holds), *parts.notes)
    whole = frames == 1 and turn is None and not broken and not parts.notes
    transparent = None if alpha is None else np.asarray(alpha)
    lossless = is_lossless(form, parts.pixels)
    return Decoded(np.asarray(picture), form, notes, whole, animated, transparent, lossless)


def is_lossless(form: str, data: bytes) -> bool:
    """Whether a file of a format of Pillow's keeps every pixel, as far as its first bytes tell."""
    return form not in ("JPEG", "MPO", "JPEG2000", "AVIF") and not (form == "WEBP" and b"VP8 " in data[:64])


def _coloured(image: Image.Image, parts: Split) -> tuple[Image.Image, str, str]:
    """The picture in sRGB; what was done for that; and what is wrong with its colours."""
    profile = parts.profile or image.info.get("icc_profile") or box_profile(parts.pixels)
    plain = image if image.mode[0] not in "IF" else None
    try:
        colour = png_colour(read_chunks(parts.pixels), profile=bool(profile))
        if colour is None and not profile:
            colour = _coded_colour(parts.pixels)
        if colour is not None and not colour.is_srgb:
            where = "gAMA, cHRM or cICP chunks" if image.format == "PNG" else "code points"
            return into_srgb(plain or _eight_bits(image, "L"), colour), f"colours of its {where} became sRGB", ""
    except ImageError as error:
        return image, "", f"its colours, {error.message}, taken for sRGB"
    if colour is not None or not profile:
        return image, "", ""
    try:
        return *in_srgb(plain or _eight_bits(image, "L"), profile), ""
    except ImageError as error:
        return image, "", f"its colour profile, which is {error.message}, left out"


def _coded_colour(data: bytes) -> PngColour | None:
    points = box_code_points(data)
    return coded_colour(*points) if points else None


def _eight_bits(image: Image.Image, mode: str = "RGB") -> Image.Image:
    """As 8 bit `mode`. Pillow would cut 16 bit grey off at 255, so the upper half of its bits is taken."""
    from PIL import Image as Pillow

    if image.mode == "F":
        raise ImageError("its pixels are floating-point numbers of an unknown range", "save it with 8 or 16 bits")
    if not image.mode.startswith("I"):
        return image.convert(mode)
    grey = np.asarray(image).astype(np.int64)
    if getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0:  # white is zero, which Pillow heeds up to 8 bits only
        grey = 0xFFFF - grey
    if grey.min() < 0 or grey.max() > 0xFFFF:
        raise ImageError("its pixels have more than 16 bits", "save it with 8 or 16 bits")
    return Pillow.fromarray((grey >> 8).astype(np.uint8)).convert(mode)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright by its EXIF; None if it is upright or the EXIF cannot be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # EXIF of any tool of thirty years: a picture is not lost for it
        return None
    name = _TURNS.get(orientation)
    if name is None:
        return None
    from PIL import Image as Pillow

    return Pillow.Transpose[name]


_PHOTOMETRIC = 0x0106
"""The tag PhotometricInterpretation of TIFF 6.0."""
_ORIENTATION = 0x0112
_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE",
    6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90",
}  # fmt: skip
"""The tag Orientation of Exif 3.0 and, for each of its values but 1, Pillow's name of the turn that undoes it."""


def check_mask(data: bytes, name: str | Path, size: tuple[int, int]) -> None:
    """Raise ImageError unless the file is a picture of `size` (width, height) that is light somewhere."""
    pixels = decode_image(data, name)
    height, width = pixels.shape[:2]
    if (width, height) != size:
        raise ImageError(f"{name} is {width}x{height}, the image it masks {size[0]}x{size[1]}", "make both one size")
    if pixels.max() < 128:
        raise ImageError(f"{name} is dark all over: nothing would be painted anew", "paint white what is to change")


def pixel_sha256(pixels: npt.NDArray[np.uint8]) -> str:
    """Identity of a picture whatever its file: SHA-256 over "WIDTHxHEIGHT RGB8", a newline, and the rows of bytes.

    Of four channels, "RGBA8": alpha is a part of the picture, and what it hides (alpha 0) is black.
    """
    height, width, channels = pixels.shape
    kind = "RGBA8" if channels == 4 else "RGB8"
    digest = hashlib.sha256(f"{width}x{height} {kind}\n".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def thumbnail(pixels: Pixels, side: int) -> bytes:
    """The WebP file of a picture made small enough for a square of `side` pixels; one that fits keeps its size."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return file.getvalue()
