from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collection.curate.sheet import PAPER, Cell, ContactSheet, columns_for, pending, write_sheet
from collection.pictures.files import decode_image, encode_png
from collection.store.files import Files

COLOURS = [(250, 10, 10), (10, 250, 10), (10, 10, 250)]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def make_sheet(files: Files, count: int, title: str = "Title") -> ContactSheet:
    shapes = [(64, 64), (32, 64), (64, 32)]
    pictures = [np.full((*shapes[n % 3], 3), COLOURS[n % 3], np.uint8) for n in range(3)]
    names = [files.add(encode_png(picture)) for picture in pictures]
    return ContactSheet(title, "subtitle", [Cell(f"#{number}", names[number % 3]) for number in range(count)])


@pytest.mark.parametrize("count", [1, 2, 7, 24])
def test_every_picture_is_on_the_sheet(tmp_path: Path, files: Files, count: int) -> None:
    sheet = make_sheet(files, count)
    (path,) = write_sheet(tmp_path / "sheet.png", sheet, files, decode=decode_image)
    with Image.open(path) as picture:
        seen = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert PAPER in seen
    assert set(COLOURS[:count]) <= seen


def test_a_large_set_goes_on_several_pages_and_loses_no_row(tmp_path: Path, files: Files) -> None:
    paths = write_sheet(tmp_path / "sheet.png", make_sheet(files, 121), files, decode=decode_image)
    assert [path.name for path in paths] == ["sheet.png", "sheet-2.png", "sheet-3.png"]


def test_it_is_drawn_again_only_when_it_would_look_different(tmp_path: Path, files: Files) -> None:
    path, sheet = tmp_path / "sheet.png", make_sheet(files, 3)
    assert pending(path, sheet) == [path]
    write_sheet(path, sheet, files, decode=decode_image)
    assert pending(path, sheet) == []
    assert pending(path, make_sheet(files, 3, "Another")) == [path]
    path.write_bytes(path.read_bytes()[:200])
    assert pending(path, sheet) == [path], "a cut-off file is no sheet"


@given(st.integers(1, 60))
def test_a_page_is_a_little_wider_than_high(count: int) -> None:
    columns = columns_for(count)
    rows = -(-count // columns)
    assert 1 <= columns <= count
    assert columns >= rows - 1
    assert columns * rows >= count


def test_pictures_are_drawn_as_they_are_decoded(tmp_path: Path, files: Files) -> None:
    """By whoever knows their colour profile and transparency."""
    sheet = make_sheet(files, 2)
    (path,) = write_sheet(
        tmp_path / "sheet.png", sheet, files, decode=lambda data, name: np.full((8, 8, 3), (1, 99, 200), np.uint8)
    )
    with Image.open(path) as picture:
        seen = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert (1, 99, 200) in seen
    assert not seen & set(COLOURS)
