"""Wildcard files as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import ConfigError
from collection.plan.wildcard_files import WildcardFiles


def test_a_file_that_nobody_names_stops_nothing_and_a_named_one_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sky").mkdir()
    (tmp_path / "sky" / "colours.txt").write_text("\ufeffred\nblue\n", "utf-8")
    (tmp_path / "latin1.txt").write_bytes(b"grey\n\n" + "grün\n".encode("latin-1"))
    files = WildcardFiles(tmp_path)
    assert list(files) == ["latin1", "sky/colours"]
    assert files["sky/colours"] == "red\nblue\n", "without the byte order mark"
    with pytest.raises(ConfigError, match=r"latin1\.txt:3: not UTF-8") as caught:
        _ = files["latin1"]
    assert "UTF-8" in str(caught.value.hint)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ConfigError, match=r"folder\.txt cannot be read"):
        _ = WildcardFiles(tmp_path)["folder"]


def test_no_folder_no_files(tmp_path: Path) -> None:
    assert len(WildcardFiles(tmp_path / "missing")) == 0
