"""JSON beside pictures in the shapes that people have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from collection.errors import ImageError
from collection.importers.sidecars import Sidecars
from collection.pictures.folders import listed


def laid(folder: Path, files: Mapping[str, Any]) -> Sidecars:
    """A folder with these files; what is no text is written as JSON, and a picture is its name."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return Sidecars(folder, listed(folder)[0])


def hats(sidecars: Sidecars, folder: Path, *pictures: str) -> list[str | None]:
    return [sidecars.told(folder / name).features.get("Hat") for name in pictures]


def hat(colour: str, **more: Any) -> dict[str, Any]:
    return {"attributes": [{"trait_type": "Hat", "value": colour}], **more}


PICTURE = "\x89PNG"
TWO = {"images/1.png": PICTURE, "images/2.png": PICTURE}
SHAPES: dict[str, dict[str, Any]] = {
    "beside": {"1.png": PICTURE, "2.png": PICTURE, "1.json": hat("red"), "2.json": hat("blue")},
    "beside, with both suffixes": {
        "1.png": PICTURE, "2.png": PICTURE, "1.png.json": hat("red"), "2.png.json": hat("blue"),
    },
    "beside, without a suffix": {"1.png": PICTURE, "2.png": PICTURE, "1": hat("red"), "2": hat("blue")},
    "beside, in capitals": {"1.PNG": PICTURE, "2.PNG": PICTURE, "1.JSON": hat("red"), "2.JSON": hat("blue")},
    "in a folder beside": {**TWO, "json/1.json": hat("red"), "json/2.json": hat("blue")},
    "in folders of any name": {**TWO, "the meta data/1.json": hat("red"), "the meta data/2.json": hat("blue")},
    "in a folder beside, without a suffix": {**TWO, "metadata/1": hat("red"), "metadata/2": hat("blue")},
    "in a folder below": {"1.png": PICTURE, "2.png": PICTURE, "json/1.json": hat("red"), "json/2.json": hat("blue")},
    "in the folder above": {**TWO, "1.json": hat("red"), "2.json": hat("blue")},
    "a list": {**TWO, "json/_metadata.json": [hat("red", edition=1), hat("blue", edition=2)]},
    "a list by image": {**TWO, "all.json": [hat("red", image="ipfs://x/1.png"), hat("blue", image="a\\b\\2.png?x=1")]},
    "a list in an object": {
        **TWO, "all.json": {"name": "X", "tokens": [hat("red", tokenId="1"), hat("blue", tokenId=2)]},
    },
    "an object by file name": {**TWO, "all.json": {"1.png": hat("red"), "2.png": hat("blue")}},
    "an object by name": {**TWO, "all.json": {"1": hat("red"), "2": hat("blue")}},
    "its own image before its name": {
        **TWO, "json/0.json": hat("red", image="1.png"), "json/1.json": hat("blue", image="2.png"),
    },
    "an image that all have in common says nothing": {
        **TWO, "hidden.png": PICTURE, "json/1.json": hat("red", image="hidden.png"),
        "json/2.json": hat("blue", image="hidden.png"),
    },
    "numbers with zeros before them": {
        "images/0001.png": PICTURE, "images/0002.png": PICTURE, "json/1.json": hat("red"), "json/2.json": hat("blue"),
    },
    "the manifest of a drop": {
        **TWO,
        "manifest.csv": "tokenID,name,description,file_name,attributes[Hat],attributes[Bag]\r\n"
        '1,A,"of two\r\nlines",1.png,red,\r\n2,B,,images/2.png,blue,small\r\n',
    },
    "flat objects by file name": {**TWO, "all.json": {"1.png": {"Hat": "red"}, "2.png": {"Hat": "blue"}}},
    "a flat list by file name": {
        **TWO, "all.json": [{"filename": "1.png", "Hat": "red"}, {"file_name": "2.png", "Hat": "blue"}],
    },
    "an image without a suffix": {
        **TWO, "json/x.json": hat("red", image="ipfs://x/1"), "json/y.json": hat("blue", image="2"),
    },
    "names of disks that tell no case, or write accents apart": {
        "Cat.png": PICTURE, "e\u0301.png": PICTURE, "cat.json": hat("red"), "\u00e9.json": hat("blue"),
    },
    "the ids of ERC-1155": {**TWO, f"json/{1:064x}.json": hat("red"), f"json/{2:064X}.json": hat("blue")},
    "an object a line": {
        **TWO, "metadata.jsonl": '{"file_name": "1.png", "Hat": "red"}\n\n{"file_name": "2.png", "Hat": "blue"}\n',
    },
    "a table with semicolons": {**TWO, "traits.csv": "id;filename;Hat\n1;1.png;red\n2;2.png;blue\n"},
    "a table that tells its separator, with blanks": {
        **TWO, "traits.csv": "sep=;\r\n filename ;Hat\r\n 1.png ; red \r\n2.png;blue\r\n",
    },
    "a list of traits beside": {
        "1.png": PICTURE, "2.png": PICTURE, "1.json": hat("red")["attributes"],
        "2.json": [*hat("blue")["attributes"], {"trait_type": "Eye", "value": 1}],
    },
    "file names that no URL holds": {
        "#1.png": PICTURE, "a%20b?.png": PICTURE, "x.json": hat("red", image="#1.png"),
        "y.json": hat("blue", image="a%20b?.png"),
    },
    "an image that is no URL": {**TWO, "json/1.json": hat("red", image="http://[x"), "json/2.json": hat("blue")},
    "files for one before those for many": {
        **TWO, "json/1.json": hat("red"), "json/2.json": hat("blue"),
        "json/_metadata.json": [hat("green", edition=1), hat("green", edition=2)],
    },
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_each_picture_gets_what_is_told_of_it(shape: str, tmp_path: Path) -> None:
    files = SHAPES[shape]
    sidecars = laid(tmp_path, files)
    pictures = [name for name, content in files.items() if content == PICTURE and name != "hidden.png"]
    assert hats(sidecars, tmp_path, *pictures) == ["red", "blue"]
    assert not sidecars.unread
    assert sidecars.files == {tmp_path / name for name, content in files.items() if content != PICTURE}


def test_sets_beside_each_other_are_kept_apart(tmp_path: Path) -> None:
    files = {f"{place}/{kind}" for place in ("a", "b") for kind in ("images/1.png", "json/1.json")}
    sidecars = laid(tmp_path, {name: PICTURE if name.endswith("png") else hat(name[0]) for name in sorted(files)})
    assert hats(sidecars, tmp_path, "a/images/1.png", "b/images/1.png") == ["a", "b"]
    mirrored = {"images/red/1.png": PICTURE, "images/blue/1.png": PICTURE}
    sidecars = laid(tmp_path / "x", {**mirrored, "json/red/1.json": hat("red"), "json/blue/1.json": hat("blue")})
    assert hats(sidecars, tmp_path / "x", *mirrored) == ["red", "blue"]


def test_what_could_be_of_two_pictures_is_of_neither(tmp_path: Path) -> None:
    sidecars = laid(tmp_path, {"hats/1.png": PICTURE, "eyes/1.png": PICTURE, "json/1.json": hat("red")})
    assert hats(sidecars, tmp_path, "hats/1.png", "eyes/1.png") == [None, None]
    assert [failure.what for failure in sidecars.unread] == ["json/1.json"]
    sidecars = laid(tmp_path / "x", {"i/1.png": PICTURE, "a/1.json": hat("red"), "b/1.json": hat("blue")})
    told = sidecars.told(tmp_path / "x" / "i" / "1.png")
    assert told.features == {}
    assert told.notes == ("a/1.json and b/1.json could both be of it, so it has no traits",)


def test_captions_in_a_folder_of_their_own_are_no_pictures(tmp_path: Path) -> None:
    captions = {"captions/1.txt": "a cat", "captions/2.caption": "a dog", "xmp/2.xmp": "<x/>"}
    sidecars = laid(tmp_path, {**TWO, **captions, "json/1.json": hat("red"), "json/2.json": hat("blue")})
    assert hats(sidecars, tmp_path, *TWO) == ["red", "blue"]
    assert not sidecars.unread


def test_two_forms_of_one_picture_share_their_json(tmp_path: Path) -> None:
    sidecars = laid(tmp_path, {"1.png": PICTURE, "1.jpg": PICTURE, "1.json": hat("red")})
    assert hats(sidecars, tmp_path, "1.png", "1.jpg") == ["red", "red"]


def test_json_that_nobody_reads_is_named(tmp_path: Path) -> None:
    sidecars = laid(tmp_path, {
        "1.png": PICTURE, "other.json": hat("red"), "broken.json": "{", "1": "{ no JSON",
        "many.json": [hat("red", edition=1), hat("blue")],
    })  # fmt: skip
    assert {failure.what: failure.why.split(":")[0] for failure in sidecars.unread} == {
        "broken.json": "it is no JSON", "many.json": "1 of its 2 objects are of no picture here",
        "other.json": "JSON that names no picture here, by name, `image` or `edition`",
    }  # fmt: skip
    assert tmp_path / "1" not in sidecars.files


def test_json_that_cannot_be_read_is_named_with_its_picture(tmp_path: Path) -> None:
    sidecars = laid(tmp_path, {"images/1.png": PICTURE, "json/1.json": "{", "2.png": PICTURE, "2.json": '"x"'})
    with pytest.raises(ImageError, match=r"^json/1\.json tells no traits: it is no JSON"):
        sidecars.told(tmp_path / "images" / "1.png")
    with pytest.raises(ImageError, match=r"^2\.json beside it tells no traits: it holds no JSON object"):
        sidecars.told(tmp_path / "2.png")
