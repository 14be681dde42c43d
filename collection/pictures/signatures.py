"""What a file is by its first bytes, where it cannot be read as a picture."""

from __future__ import annotations

import re

_READ = {
    "PNG": rb"\x89PNG\r\n", "JPEG": rb"\xff\xd8\xff", "GIF": rb"GIF8[79]a", "WebP": rb"RIFF.{4}WEBP",
    "AVIF": rb".{4}ftypavi[fs]", "TIFF": rb"II[*+]\0|MM\0[*+]", "JPEG 2000": rb"\0\0\0\x0cjP  ",
}  # fmt: skip
_UNREAD = {
    "HEIC": rb".{4}ftyp(?:he[iv][a-z]|mif1|msf1)", "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL ", "PDF": rb"%PDF-",
    "video": rb".{4}ftyp(?:mp4|iso|M4V|qt|3gp|avc)|\x1aE\xdf\xa3|RIFF.{4}AVI ", "ZIP": rb"PK\x03\x04",
    "a pointer of Git LFS (`git lfs pull` fetches the picture)": rb"version https://git-lfs",
    "SVG": rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml[^\0]{0,900}<)?(?:svg|!DOCTYPE svg)",
}  # fmt: skip


ANOTHER_PICTURE = "save it anew as PNG, or name another picture"
"""What to do with a file that is no readable picture."""


def why_unread(data: bytes, error: Exception) -> str:
    """Why a file is not read as a picture: by its first bytes, and by what its reader raised."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Image.DecompressionBombError):
        return str(error)
    known, foreign = (next((name for name, form in forms.items() if re.match(form, data[:1024], re.DOTALL)), "")
                      for forms in (_READ, _UNREAD))  # fmt: skip
    if isinstance(error, UnidentifiedImageError):
        if known:
            return f"the {known} file is damaged, cut off or of an unusual kind"
        return f"its format, {foreign}, is not read" if foreign else "it is in no picture format that Pillow reads"
    said = str(error)
    if known:
        return f"the {known} file is damaged or cut off" + (f" ({said})" if said else "")
    return said or type(error).__name__
