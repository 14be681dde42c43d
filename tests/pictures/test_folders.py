"""Folders of pictures as people have them: listed, read, and files moved out without loss."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from collection.errors import ImageError
from collection.pictures import folders
from collection.pictures.files import encode_png
from collection.pictures.folders import Opened, move_file, name_in, picture_files, read_ahead, read_file
from collection.values import Failure

PNG = encode_png(np.zeros((4, 4, 3), np.uint8))


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(PNG)
    return folder


def names(folder: Path) -> list[str]:
    return [name_in(folder, path) for path in picture_files(folder)[0]]


def test_files_are_listed_by_name_without_hidden_ones_and_descriptions(tmp_path: Path) -> None:
    filled(tmp_path, "b.png", "a/z.PNG", "a/a.jpg", ".git/x.png", ".DS_Store", "b.json", "a/z.JSON", "alone.json")
    filled(tmp_path, "b.txt", "b.png.xmp", "a/a.caption", "a/b.txt")  # no picture of the folder a has the name b
    assert names(tmp_path) == ["a/a.jpg", "a/b.txt", "a/z.PNG", "alone.json", "b.png"]
    assert not picture_files(tmp_path)[1]


def test_files_come_in_order_and_in_batches_and_the_broken_ones_by_name(tmp_path: Path) -> None:
    filled(tmp_path, *(f"{number}.png" for number in range(7)))
    (tmp_path / "3.png").write_bytes(PNG[:30])
    (tmp_path / "5.png").unlink()
    (tmp_path / "5.png").symlink_to("nothing")
    batches = list(read_ahead(tmp_path, picture_files(tmp_path)[0], 3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    items = [item for batch in batches for item in batch]
    assert [item.name if isinstance(item, Opened) else item.what for item in items] == [f"{n}.png" for n in range(7)]
    broken = [item for item in items if isinstance(item, Failure)]
    assert [item.what for item in broken] == ["3.png", "5.png"]
    assert "link to nothing" in broken[1].why


def test_a_name_that_is_no_utf8_can_be_written_down(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(PNG)
    assert names(tmp_path) == ["caf\\xe9.png"]


def test_a_file_too_large_to_be_a_picture_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LARGEST_FILE", 10)
    with pytest.raises(ImageError, match="more than 10"):
        read_file(filled(tmp_path, "film.mp4") / "film.mp4")


def test_a_moved_file_is_the_same_file_elsewhere(tmp_path: Path) -> None:
    source, target = filled(tmp_path, "a.png") / "a.png", tmp_path / "out" / "sub" / "a.png"
    os.utime(source, (1_000_000_000, 1_000_000_000))
    move_file(source, target)
    assert not source.exists()
    assert target.read_bytes() == PNG
    assert target.stat().st_mtime == 1_000_000_000


def test_nothing_is_overwritten_and_links_stay(tmp_path: Path) -> None:
    filled(tmp_path, "a.png")
    (tmp_path / "taken.png").write_bytes(b"other")
    (tmp_path / "link.png").symlink_to("a.png")
    for source, target, why in [
        ("a.png", "taken.png", "nothing is overwritten"),
        ("a.png", "taken.png/below.png", "taken.png"),
        ("gone.png", "taken.png", "cannot be moved"),
        ("link.png", "new.png", "is a link"),
    ]:
        with pytest.raises(ImageError, match=why):
            move_file(tmp_path / source, tmp_path / target)
    assert (tmp_path / "taken.png").read_bytes() == b"other"
    assert (tmp_path / "a.png").read_bytes() == PNG
    assert not (tmp_path / "new.png").exists()


def test_a_file_that_cannot_be_taken_away_leaves_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = filled(tmp_path, "a.png") / "a.png", tmp_path / "out" / "a.png"

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folders.shutil, "copystat", refuse)
    with pytest.raises(ImageError, match="Permission denied"):
        move_file(source, target)
    assert source.read_bytes() == PNG
    assert not target.exists()


def test_a_name_of_any_bytes_is_one_line_of_text(tmp_path: Path) -> None:
    odd = tmp_path / "new\nline\x1b[31m" / os.fsdecode(b"a\xff\tb.png")
    assert name_in(tmp_path, odd) == "new\\nline\\x1b[31m/a\\xff\\tb.png"
    assert name_in(tmp_path, tmp_path / "été 🦊.png") == "été 🦊.png"
