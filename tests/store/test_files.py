from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from collection import atomic_file
from collection.atomic_file import durable_file, write_durably
from collection.errors import CollectionError
from collection.store.files import Files


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
    assert "collection doctor --repair" in str(caught.value.hint)


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_the_old_content_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, b"new")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_is_named_with_what_to_do(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CollectionError, match="No space left") as caught:
        files.add(b"picture")
    assert "free some disk space" in str(caught.value.hint)


def test_a_folder_that_may_not_be_written_is_no_full_disk(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("os.fsync", denied)
    for write in (lambda: files.add(b"picture"), lambda: files.add_all([b"picture"])):
        with pytest.raises(CollectionError, match="Permission denied") as caught:
            write()
        assert caught.value.hint == "make the folder writable for your account, then run the same command again"


@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_lies_in_the_way_is_no_full_disk(files: Files, place: str) -> None:
    path = files.path(hashlib.sha256(b"picture").hexdigest())
    if place == "file":
        path.mkdir(parents=True)
    else:
        path.parent.parent.mkdir()
        path.parent.write_bytes(b"")
    with pytest.raises(CollectionError, match="cannot write") as caught:
        files.add_all([b"picture"])
    assert caught.value.hint == "move away what lies there, then run the same command again"


def test_many_files_are_written_together_or_none(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [b"picture %d" % number for number in range(50)]
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(CollectionError, match="No space left"):
            files.add_all(contents)
    assert not [path for path in files.folder.rglob("*") if path.is_file()]
    names = files.add_all(contents)
    assert [files.read(name) for name in names] == contents
    assert files.names() == set(names)


@pytest.mark.parametrize("refused", ["open", "write", "sync"])
def test_very_many_files_are_on_the_disk_together_or_not_at_all(
    files: Files, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    contents = [b"one of many %d" % number for number in range(atomic_file.OPEN + 1)]
    opened, write, place = list[int](), os.write, os.open

    def refuse(number: int, *_: object) -> int:
        opened.append(number)
        return full(number)  # type: ignore[func-returns-value]

    with monkeypatch.context() as patched:
        if refused == "sync":
            patched.setattr(atomic_file, "whole_disk_sync", lambda: refuse)
        elif refused == "write":
            patched.setattr(os, "write", lambda to, data: refuse(to) if b"many 90" in bytes(data) else write(to, data))
        else:
            patched.setattr(os, "open", lambda path, *rest: refuse(0) if path.endswith("-90") else place(path, *rest))
        with pytest.raises(CollectionError, match="No space left"):
            files.add_all(contents)
    assert opened, "the refusal was met"
    assert not [path for path in files.folder.rglob("*") if path.is_file()]
    names = files.add_all([*contents, *contents])
    assert [files.read(name) for name in names] == [*contents, *contents]
    assert files.names() == set(names)


def test_the_disk_is_told_of_a_file_that_is_open(tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    sync = atomic_file.whole_disk_sync() or missing("this system has no call that has the disk take all at once")
    with (tmp_path / "file").open("wb") as file:
        sync(file.fileno())
        number = file.fileno()
    with pytest.raises(OSError, match="Bad file descriptor"):
        sync(number)


def test_a_disk_that_refuses_the_beginning_of_a_large_file_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Event()

    def refuses_once(_: int) -> None:
        if not asked.is_set():
            asked.set()
            full(_)

    monkeypatch.setattr("collection.atomic_file.EARLY", 0)
    monkeypatch.setattr("os.fsync", refuses_once)
    with pytest.raises(OSError, match="No space left"), durable_file(tmp_path / "large", large=True) as file:
        file.write(b"beginning")
        assert asked.wait(60)
        file.write(b"end")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_writer_left_is_swept(files: Files) -> None:
    name = files.add(b"picture")
    debris = files.path(name).with_name(".writing-1-abcd")
    debris.write_bytes(b"pict")
    files.sweep()
    assert not debris.exists()
    assert files.read(name) == b"picture"


def test_others_may_read_what_is_written(files: Files) -> None:
    import os

    mask = os.umask(0o022)
    try:
        assert files.path(files.add(b"picture")).stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(mask)
