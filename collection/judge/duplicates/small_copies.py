"""The small copies that pictures are laid over each other by: read when a pair asks for them, and not all of a set."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from collection.judge.duplicates.glance import Floats, Glance
from collection.judge.duplicates.look import SIDE
from collection.store.judging_records import Look
from collection.values import Pixels

T = TypeVar("T")
Read = Callable[[Sequence[int]], Sequence[bytes]]
"""Rows -> the JPEG files of their small copies."""

_FILES, _OPENED, _GLANCES = 2048, 256, 4096
"""How many files, how many decoded copies and what of how many at a glance are held: some 40, 50 and 55 MB."""
_WHOLES = 3
"""How many whole pictures are held: one is compared with many."""


class SmallCopy:
    """A small copy and what is measured of it, once."""

    def __init__(self, image: Image.Image) -> None:
        """`image` is a square of `SIDE` or fewer RGB pixels."""
        self.image = image
        self._reduced: dict[int, SmallCopy] = {}

    def at(self, side: int) -> SmallCopy:
        """The same at 64, 128 or 256 pixels."""
        if side == self.image.width:
            return self
        if side not in self._reduced:
            self._reduced[side] = SmallCopy(self.image.reduce(self.image.width // side))
        return self._reduced[side]

    @cached_property
    def pixels(self) -> Floats:
        """(h, w, 3)."""
        return np.asarray(self.image, dtype=np.float32)

    @cached_property
    def sharpness(self) -> float:
        """Mean step from pixel to pixel."""
        grey = np.asarray(self.image.convert("L"), dtype=np.int16)
        return 1e-3 + float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())

    @cached_property
    def means(self) -> Floats:
        """(16, 16, 3): of its tiles."""
        return np.asarray(self.image.reduce(self.image.width // 16), dtype=np.float32)

    @cached_property
    def contrast(self) -> Floats:
        """(16, 16): the greatest range of any channel in each tile and those around it."""
        parts = self.at(64).pixels.reshape(16, 4, 16, 4, 3)
        high, low = (np.pad(part, ((1, 1), (1, 1), (0, 0)), "edge") for part in (parts.max((1, 3)), parts.min((1, 3))))
        places = [(slice(y, y + 16), slice(x, x + 16)) for y in range(3) for x in range(3)]
        around = np.max([high[place] for place in places], axis=0) - np.min([low[place] for place in places], axis=0)
        return np.asarray(around.max(axis=-1), dtype=np.float32)


class SmallCopies:
    """Those of pictures, row by row; of a row whose look is None there is none."""

    def __init__(
        self, looks: Sequence[Look | None], read: Read, whole: Callable[[int], Pixels | None] | None = None
    ) -> None:
        """`whole` gives the RGB pixels (h, w, 3) of a row, for a close look; without it there is none."""
        self.looks = looks
        self._read, self._whole = read, whole
        self._wholes: OrderedDict[int, Pixels | None] = OrderedDict()
        self._files: OrderedDict[int, bytes] = OrderedDict()
        self._opened: OrderedDict[int, SmallCopy] = OrderedDict()
        self._glances: OrderedDict[int, Glance] = OrderedDict()
        self._tiles: dict[int, npt.NDArray[np.uint8]] = {}

    def tiles(self, rows: Sequence[int]) -> Floats:
        """(n, 16, 16, 3): the means of their tiles; JPEG knows them without being decoded in full."""
        left = [row for row in rows if row not in self._tiles]
        for row, file in zip(left, self._files_of(left), strict=True):
            image = Image.open(io.BytesIO(file))
            image.draft("RGB", (SIDE // 8, SIDE // 8))
            self._tiles[row] = np.asarray(image.convert("RGB").resize((16, 16), Image.Resampling.BOX))
        return np.stack([self._tiles[row] for row in rows]).astype(np.float32)

    def glance(self, row: int) -> Glance:
        """Of a row, once it was opened."""
        if row not in self._glances:
            copy = self[row]
            small = np.asarray(copy.at(64).image)
            sharpness = {side: copy.at(side).sharpness for side in (64, 128, SIDE)}
            _keep(self._glances, row, Glance(small, copy.contrast, sharpness), _GLANCES)
        self._glances.move_to_end(row)
        return self._glances[row]

    def whole(self, row: int) -> Pixels | None:
        """The pixels of a row; None where they are not at hand."""
        if self._whole is None:
            return None
        if row not in self._wholes:
            _keep(self._wholes, row, self._whole(row), _WHOLES)
        self._wholes.move_to_end(row)
        return self._wholes[row]

    def __getitem__(self, row: int) -> SmallCopy:
        if row not in self._opened:
            image = Image.open(io.BytesIO(self._files_of([row])[0]))
            image.load()
            _keep(self._opened, row, SmallCopy(image), _OPENED)
        self._opened.move_to_end(row)
        return self._opened[row]

    def _files_of(self, rows: Sequence[int]) -> list[bytes]:
        left = [row for row in rows if row not in self._files]
        found = {row: self._files[row] for row in rows if row in self._files}
        found |= dict(zip(left, self._read(left), strict=True)) if left else {}
        for row in left:
            _keep(self._files, row, found[row], _FILES)
        return [found[row] for row in rows]


def _keep(held: OrderedDict[int, T], row: int, value: T, most: int) -> None:
    """Hold one more, and let go of what was not asked for longest."""
    held[row] = value
    if len(held) > most:
        held.popitem(last=False)
