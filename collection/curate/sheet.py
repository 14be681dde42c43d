"""The contact sheet: the set at one look, as a picture to show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.atomic_file import write_durably
from collection.errors import CollectionError
from collection.store.files import Files
from collection.values import Failure, Pixels, Progress, canonical_json, sha256_hex, silent

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

PER_PAGE = 60
MARGIN, GAP, CAPTION = 90, 26, 34
"""Pixels, on a sheet whose pictures are THUMB wide."""
THUMB = 320
PAPER, INK, FAINT = (246, 243, 236), (38, 36, 33), (134, 128, 118)
MARK = "collection sheet"
"""The PNG text chunk that says what a sheet was made of."""


Decode = Callable[[bytes, str], Pixels]
"""Makes pixels, (h, w, 3) uint8 in sRGB, of the bytes of a picture file and its name; raises a CollectionError."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a sheet: what is written under it, and its file's hash."""

    caption: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """The content of a contact sheet: a title, a line below it, the pictures."""

    title: str
    subtitle: str
    cells: Sequence[Cell]

    @property
    def pages(self) -> int:
        """How many pictures files it takes."""
        return max(1, math.ceil(len(self.cells) / PER_PAGE))

    @property
    def sha256(self) -> str:
        """Identity of what is shown."""
        cells = [[cell.caption, cell.file_sha256] for cell in self.cells]
        return sha256_hex(canonical_json([self.title, self.subtitle, cells]))


def page_paths(path: Path, sheet: ContactSheet) -> list[Path]:
    """The files of a sheet: PATH, then PATH-2, PATH-3."""
    rest = [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, sheet.pages + 1)]
    return [path, *rest]


def pending(path: Path, sheet: ContactSheet) -> list[Path]:
    """The files that do not show what the sheet would."""
    return [page for page in page_paths(path, sheet) if _mark_of(page) != sheet.sha256]


def write_sheet(
    path: Path,
    sheet: ContactSheet,
    files: Files,
    *,
    decode: Decode,
    progress: Progress = silent,
    failed: Callable[[Failure], None] = lambda _: None,
) -> list[Path]:
    """Draw the pages as PNG files, at most PER_PAGE pictures each; returns their paths.

    `decode` makes pixels of a file, by its colour profile and with transparency on its ground. A
    picture that cannot be read leaves its place empty and is named by `failed`; the sheet is then to be drawn again.
    """
    paths, whole = page_paths(path, sheet), True
    for number, page in enumerate(paths):
        cells, thumbs = sheet.cells[number * PER_PAGE : (number + 1) * PER_PAGE], []
        for cell in cells:
            try:
                thumbs.append(_thumbnail(files.path(cell.file_sha256), decode))
            except (CollectionError, OSError, SyntaxError, ValueError) as error:
                whole = False
                failed(Failure(cell.caption, f"{files.path(cell.file_sha256)} cannot be read: {error}"))
                thumbs.append(_empty())
        write_durably(page, _encoded(_draw(sheet, cells, thumbs), sheet.sha256 if whole else ""))
        progress(min((number + 1) * PER_PAGE, len(sheet.cells)), len(sheet.cells))
    return paths


def columns_for(count: int) -> int:
    """Columns that make a page of `count` pictures a little wider than high, with a full last row if one is near."""
    ideal = max(1, round(math.sqrt(count * 1.5)))
    near = [columns for columns in (ideal, ideal + 1, ideal - 1) if columns > 0 and count % columns == 0]
    return min(count, near[0] if near else ideal) or 1


def _draw(sheet: ContactSheet, cells: Sequence[Cell], thumbs: Sequence[Picture]) -> Picture:
    from PIL import Image, ImageDraw

    columns = columns_for(len(cells))
    height = max((thumb.height for thumb in thumbs), default=THUMB)
    rows = math.ceil(len(cells) / columns)
    head = 170
    size = (
        2 * MARGIN + columns * THUMB + (columns - 1) * GAP,
        MARGIN + head + rows * (height + CAPTION + GAP) - GAP + MARGIN // 2,
    )
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN - 3, MARGIN - 26), sheet.title, fill=INK, font=_font(72))
    pen.text((MARGIN, MARGIN + 72), sheet.subtitle, fill=FAINT, font=_font(26))
    for cell, thumb, (left, top) in zip(cells, thumbs, _places(columns, height, MARGIN + head), strict=False):
        picture.paste(thumb, (left + (THUMB - thumb.width) // 2, top + (height - thumb.height)))
        pen.text((left, top + height + 8), cell.caption, fill=FAINT, font=_font(20))
    return picture


def _places(columns: int, height: int, top: int) -> Iterator[tuple[int, int]]:
    row = 0
    while True:
        for column in range(columns):
            yield MARGIN + column * (THUMB + GAP), top + row * (height + CAPTION + GAP)
        row += 1


def _thumbnail(path: Path, decode: Decode) -> Picture:
    from PIL import Image

    picture = Image.fromarray(decode(path.read_bytes(), path.name))
    picture.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    return picture


def _empty() -> Picture:
    """The place of a picture that cannot be read: a frame with nothing in it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (THUMB, THUMB), PAPER)
    ImageDraw.Draw(picture).rectangle((0, 0, THUMB - 1, THUMB - 1), outline=FAINT)
    return picture


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _encoded(picture: Picture, mark: str) -> bytes:
    import io

    from PIL.PngImagePlugin import PngInfo

    file, info = io.BytesIO(), PngInfo()
    info.add_text(MARK, mark)
    picture.save(file, "PNG", pnginfo=info, compress_level=6)
    return file.getvalue()


def _mark_of(path: Path) -> str | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.load()
            mark = image.info.get(MARK)
            return mark if isinstance(mark, str) else None
    except (OSError, SyntaxError, ValueError):
        return None
