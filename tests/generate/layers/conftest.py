from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SIDE = 64
HEAD = 'title = "Pets"\nsupply = {supply}\nseed = 3\n[image]\nsize = 64\n[generator]\nuse = "layers"\n'


def picture(colour: tuple[int, int, int, int], box: tuple[int, int, int, int] | None = None, side: int = SIDE) -> Any:
    """A rectangle of one colour on nothing; without a box all of it."""
    pixels = np.zeros((side, side, 4), np.uint8)
    left, top, right, bottom = box or (0, 0, side, side)
    pixels[top:bottom, left:right] = colour
    return Image.fromarray(pixels)


PETS: Mapping[str, Any] = {
    "1 Ground/Red#3.png": picture((200, 40, 40, 255)),
    "1 Ground/Blue#1.png": picture((40, 40, 200, 255)),
    "2 Body/Cat#2.png": picture((240, 200, 120, 255), (16, 16, 48, 64)),
    "2 Body/Dog#2.png": picture((120, 80, 40, 255), (12, 20, 52, 64)),
    "3 Hat/None#2.png": picture((0, 0, 0, 0)),
    "3 Hat/Cap#1.png": picture((10, 200, 10, 255), (16, 4, 48, 20)),
    "3 Hat/Veil#1.png": picture((255, 255, 255, 128), (8, 8, 56, 40)),
}
"""Twelve combinations."""


@pytest.fixture
def art(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project of layers: pictures (or bytes) by their place in layers/, and what collection.toml says."""

    def make(files: Mapping[str, Any] = PETS, toml: str = "", supply: int = 8, head: str = "") -> Path:
        for name, what in files.items():
            path = tmp_path / "layers" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(what, bytes):
                path.write_bytes(what)
            else:
                what.save(path)
        (tmp_path / "collection.toml").write_text(head + HEAD.format(supply=supply) + toml)
        return tmp_path

    return make
