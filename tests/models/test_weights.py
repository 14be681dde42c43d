"""The hash of large weight files is worked out once, and never taken from an entry that no longer holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from collection.models import weights
from collection.models.weights import file_sha256


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large, last written long ago."""
    monkeypatch.setattr(weights, "LARGE", 1000)
    monkeypatch.setattr(weights, "SETTLED", -(10**12))  # ctime cannot be set back: all counts as long ago
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"a" * 2000)
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read whole."""
    seen: list[str] = []
    true = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, name: (seen.append(file.name), true(file, name))[1])
    return seen


def entry(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache" / "collection" / "hashes").iterdir()
    return found


def true_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_large_file_is_read_once(large: Path, reads: list[str], tmp_path: Path) -> None:
    assert file_sha256(large) == file_sha256(large) == true_hash(large)
    link = tmp_path / "link"
    link.symlink_to(large)
    assert file_sha256(link) == true_hash(large)
    assert len(reads) == 1


def test_a_small_file_leaves_nothing_behind(large: Path, tmp_path: Path, reads: list[str]) -> None:
    large.write_bytes(b"b" * 999)
    assert file_sha256(large) == file_sha256(large) == true_hash(large)
    assert len(reads) == 2
    assert not (tmp_path / "cache").exists()


def overwrite(path: Path) -> None:
    """The same length and the old date."""
    before = path.stat()
    path.write_bytes(b"b" * 2000)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    """Another file under the name, of the same length and date."""
    before, other = path.stat(), path.with_suffix(".other")
    other.write_bytes(b"c" * 2000)
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"d")


@pytest.mark.parametrize("change", [overwrite, replace, lengthen])
def test_a_changed_file_is_read_again(large: Path, reads: list[str], change: Callable[[Path], None]) -> None:
    first = file_sha256(large)
    change(large)
    assert file_sha256(large) == true_hash(large) != first
    assert len(reads) == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"sha256": 3}', b'{"sha256": "no hash"}'])
def test_a_broken_entry_counts_for_nothing(large: Path, tmp_path: Path, content: bytes) -> None:
    file_sha256(large)
    entry(tmp_path).write_bytes(content)
    assert file_sha256(large) == true_hash(large)
    assert file_sha256(large) == true_hash(large)


def test_a_file_that_was_just_written_is_not_remembered(
    large: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later write within the same tick of the file system's clock would not show."""
    monkeypatch.setattr(weights, "SETTLED", 2 * 10**9)
    assert file_sha256(large) == file_sha256(large)
    assert len(reads) == 2


def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, name: (true(file, name), lengthen(large))[0])
    file_sha256(large)
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_does_not_matter(large: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert file_sha256(large) == true_hash(large)
