"""Wildcard files as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import ConfigError, UsageError
from collection.plan.prompts import Prompt, Wildcards
from collection.plan.seeds import RandomStream
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


def written(folder: Path, text: str) -> str:
    return Prompt(text, "p", [], Wildcards(WildcardFiles(folder))).draw(RandomStream(1), {})


@pytest.mark.parametrize("name", ["gulls,_terns", "it's", "dotted.name", "été & hiver", "a (b)", "[ab]", "100%"])
def test_files_of_any_name_can_be_named(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.txt").write_text("a bird", "utf-8")
    assert written(tmp_path, f"see __{name}__, __{name}__") == "see a bird, a bird"


def test_a_file_names_those_beside_it_and_above_it(tmp_path: Path) -> None:
    (tmp_path / "birds" / "north").mkdir(parents=True)
    for name, text in {"birds/north/all": "__gulls__ __terns__ __ducks__", "birds/north/gulls": "gull",
                       "birds/terns": "tern", "ducks": "duck", "gulls2": ""}.items():  # fmt: skip
        (tmp_path / f"{name}.txt").write_text(text)
    assert written(tmp_path, "__birds/north/all__") == "gull tern duck"
    with pytest.raises(UsageError, match="__terns__ does not exist"):
        written(tmp_path, "__terns__")


def test_one_that_is_not_text_costs_only_the_prompts_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "latin1.txt").write_bytes("grün".encode("latin-1"))
    (tmp_path / "good.txt").write_text("green")
    assert written(tmp_path, "plain words") == "plain words"
    assert written(tmp_path, "__good__") == "green"
    with pytest.raises(ConfigError, match=r"latin1\.txt:1: not UTF-8"):
        written(tmp_path, "__*__")
