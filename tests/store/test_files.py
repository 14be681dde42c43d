from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from collection.errors import CollectionError
from collection.store.files import Files, write_durably


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def test_a_file_is_named_by_its_content(files: Files) -> None:
    name = files.add(b"picture")
    assert name == hashlib.sha256(b"picture").hexdigest()
    assert files.read(name) == b"picture"
    assert files.add(b"picture") == name
    assert [path.name for path in files.folder.rglob("*") if path.is_file()] == [f"{name}.png"]


def test_a_changed_file_is_not_believed(files: Files) -> None:
    name = files.add(b"picture")
    files.path(name).write_bytes(b"another")
    with pytest.raises(CollectionError, match="was changed"):
        files.read(name)


def test_a_cut_off_file_is_written_again(files: Files) -> None:
    name = files.add(b"picture")
    files.path(name).write_bytes(b"pic")
    files.add(b"picture")
    assert files.read(name) == b"picture"


def test_a_missing_file_says_what_makes_it_again(files: Files) -> None:
    with pytest.raises(CollectionError, match="missing") as caught:
        files.read("0" * 64)
    assert "collection generate" in str(caught.value.hint)


def test_a_failed_write_leaves_the_old_content_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CollectionError, match="No space left"):
        write_durably(path, b"new")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"
