"""The marks of published pictures, read back and compared with what their metadata says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any

import numpy as np

from collection.errors import ImageError
from collection.marks import Watermark
from collection.pictures.files import read_picture
from collection.publish.found_marks import read_marks
from collection.publish.marks import WATERMARK, with_watermark
from collection.values import Pixels

ROUNDING = 1
"""Levels by which a picture of another machine may differ: its sums are rounded otherwise in the last place."""


class MarkReader:
    """Reads the marks of one picture after another, and counts them."""

    def __init__(self, watermark: Watermark | None, key: bytes | None, closely: Container[int] = ()) -> None:
        """`closely` are the tokens whose watermark is read, which takes a tenth of a second each.

        `key` None: the secret one is not here, so that no watermark can be read.
        """
        self._watermark, self._key, self._closely = watermark, key, closely
        self.told, self.read = Counter[str](), Counter[str]()
        """How many pictures had each mark of which it could be known, and in how many it was found."""

    def check(
        self, token_id: int, disclosure: Mapping[str, Any], data: bytes, rendered: Pixels | None = None
    ) -> Iterator[str]:
        """What of the marks in a picture file is not as its metadata says, in words.

        Where the recipe was `rendered` anew, the published picture must be that with the watermark and nothing else.
        """
        closely = rendered is not None or token_id in self._closely
        watermark, key = self._reader(disclosure) if closely else (None, b"")
        try:
            found = read_marks(data, "the picture", watermark, key)
            lost = dict(found.lost(disclosure))
            if rendered is not None and watermark and not _is_watermarked(data, rendered, watermark, key, disclosure):
                lost[WATERMARK] = "the published picture is not the rendered one with its watermark"
        except (ImageError, KeyError, TypeError, ValueError) as error:
            yield f"the marks cannot be read: {error}"
            return
        unknown = {*(["C2PA"] if found.unread else []), *([] if watermark else [WATERMARK])}
        known = [name for name in disclosure.get("marks", ()) if name not in unknown]
        self.told.update(known)
        self.read.update(name for name in known if name not in lost)
        yield from (f"{name}: {why}" for name, why in lost.items())

    def _reader(self, disclosure: Mapping[str, Any]) -> tuple[Watermark | None, bytes]:
        """What reads the watermark that metadata tells of; None where it is of another kind, or its key is not here."""
        method = disclosure.get("watermark", {}).get("method")
        same = self._watermark is not None and self._watermark.method == method
        return (self._watermark, self._key) if same and self._key is not None else (None, b"")


def _is_watermarked(
    data: bytes, rendered: Pixels, watermark: Watermark, key: bytes, disclosure: Mapping[str, Any]
) -> bool:
    wanted = with_watermark(rendered, watermark, int(disclosure["watermark"]["bits"], 16), key)
    return within_rounding(data, wanted)


def within_rounding(data: bytes, wanted: Pixels) -> bool:
    """Whether no channel of a pixel of a picture file differs from what is wanted by more than ROUNDING levels."""
    shown = read_picture(data).channels
    if shown.shape != wanted.shape:
        return False
    return bool(np.abs(shown.astype(np.int16) - wanted.astype(np.int16)).max() <= ROUNDING)
