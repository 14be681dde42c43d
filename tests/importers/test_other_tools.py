"""Folders as other mint tools keep them: every picture becomes an asset with its traits, and what is bad is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.importers.pictures import ImportReport, import_folder, pending
from collection.pictures.files import encode_png
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails

LONG = "x" * 5_000_000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[ImageLibrary]:
    (tmp_path / "project").mkdir()
    store = Store(tmp_path / "project/collection.db")
    yield ImageLibrary(store, Files(tmp_path / "project/files"), Thumbnails(tmp_path / "project/thumbs"))
    store.close()


def picture(number: int) -> bytes:
    return encode_png(np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8))


def laid(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def told(library: ImageLibrary, report: ImportReport) -> dict[str, list[tuple[str, str, bool, str, str]]]:
    """The traits of each imported file, with their types."""
    assets = {asset.id: asset for asset in library.store.assets()}
    return {
        path: [
            (trait.name, trait.value, trait.number, trait.display_type, trait.max_value)
            for trait in assets[number].told_traits
        ]
        for path, number in report.imported.items()
    }


def token(level: Any, **more: Any) -> dict[str, Any]:
    traits = [
        {"trait_type": "Eyes", "value": "green"},
        {"trait_type": "Level", "value": level, "display_type": "number", "max_value": 9},
    ]
    return {"name": "T", "description": LONG, "attributes": traits, **more}


SHAPES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "HashLips": (
        {
            "build/images/1.png": picture(1), "build/images/2.png": picture(2),
            "build/json/1.json": token(7, edition=1, image="ipfs://NewUriToReplace/1.png", dna="a"),
            "build/json/2.json": token(7, edition=2, image="ipfs://NewUriToReplace/2.png", dna="b"),
            "build/json/_metadata.json": [token(7, edition=1), token(7, edition=2)],
        },
        ["build/images/1.png", "build/images/2.png"],
    ),
    "Sugar": (
        {
            "assets/0.png": picture(1), "assets/1.png": picture(2), "assets/collection.png": picture(3),
            "assets/0.json": token(7, image="0.png", properties={"files": [{"uri": "0.png"}]}),
            "assets/1.json": token(7, image="1.png", properties={"files": [{"uri": "1.png"}]}),
            "assets/collection.json": {"name": "The set", "image": "collection.png", "symbol": "S"},
        },
        ["assets/0.png", "assets/1.png"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_token_and_nothing_else_is_imported_with_typed_traits(
    shape: str, library: ImageLibrary, tmp_path: Path
) -> None:
    files, tokens = SHAPES[shape]
    folder = laid(tmp_path / "in", files)
    report = import_folder(library, folder)
    typed = [("Eyes", "green", False, "", ""), ("Level", "7", True, "number", "9")]
    assert told(library, report) == dict.fromkeys(tokens, typed)
    assert not report.skipped
    assert pending(library, folder) == []
    named = {failure.what: failure.why for failure in report.noted}
    assert named == ({"assets/collection.png": "it is the picture of the set, no token's"} if shape == "Sugar" else {})


def test_the_manifest_of_a_drop_with_a_long_description(library: ImageLibrary, tmp_path: Path) -> None:
    rows = f'\ufefftokenID,name,description,file_name,attributes[Eyes],attributes[Level]\n1,A,"{LONG}",1.png,green,7\n'
    folder = laid(tmp_path / "in", {"media/1.png": picture(1), "manifest.csv": rows.encode()})
    report = import_folder(library, folder)
    assert told(library, report) == {"media/1.png": [("Eyes", "green", False, "", ""), ("Level", "7", False, "", "")]}
    assert not report.skipped


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("1.json", b"[" * 1000 + b"]" * 1000, "nested more than"),
        ("1.json", b'{"attributes": [{"trait_type": "Level", "value": NaN}]}', "'Level' left out"),
        ("1.json", b'{"attributes": [{"trait_type": "A\\u0000B", "value": "c\\u0007"}]}', "control characters"),
        ("1.json", b'{"attributes": 7}', "its `attributes` is no list"),
        ("manifest.csv", b'tokenID,file_name\n1,"1.png\n', "no CSV"),
        ("manifest.csv", b"tokenID,file\n1,1.png\n", "no column file_name"),
        ("manifest.csv", b"tokenID,file_name\n1,1.png,red\n", "row 2 has 3 cells"),
        ("manifest.csv", b"tokenID,file_name\n", "no row below its head"),
        ("manifest.csv", b"file_name,file_name\n1,2\n", "the same name"),
        ("manifest.csv", b"tokenID,file_name\n1,gone.png\n", "names no picture here"),
        ("manifest.csv", b"\xff\xfe\x00", "no CSV"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_the_picture_stays(
    library: ImageLibrary, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    folder = laid(tmp_path / "in", {"1.png": picture(1), "2.png": picture(2), name: content})
    report = import_folder(library, folder)
    assert list(report.imported) == ["1.png", "2.png"]
    assert any(why in failure.why for failure in (*report.noted, *report.skipped)), (report.noted, report.skipped)


def test_links_are_named(library: ImageLibrary, tmp_path: Path) -> None:
    folder = laid(tmp_path / "in", {"1.png": picture(1)})
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "gone.png").symlink_to(tmp_path / "nowhere.png")
    report = import_folder(library, folder)
    assert list(report.imported) == ["1.png"]
    assert {failure.what: failure.why for failure in report.skipped} == {
        "round": "a link to a folder, which is not followed", "gone.png": "it is a link to nothing, or no plain file",
    }  # fmt: skip
