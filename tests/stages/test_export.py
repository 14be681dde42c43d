"""What leaves the project: files, what is known of them, tables that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from collection.curate.reviews.log import record
from collection.errors import ConflictError, UsageError
from collection.pictures.files import encode_png
from collection.project import Project, open_project
from collection.stages.export import ExportStage, as_csv, as_zip, exported
from collection.store.publication_records import Freeze
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.unixfs import Car
from collection.values import sha256_hex

CONFIG = """\
title = "Few"
supply = 2
candidates = 3
seed = "few"

[styles.ink]

[[series]]
name = "day"
prompt = "noon"
blend = { ink = 1 }
"""


@pytest.fixture
def decided(tmp_path: Path) -> Iterator[Project]:
    """A project of three images of one colour each; ada picked the first and wrote a note, ben rejected it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text(CONFIG)
    with open_project(folder) as project:
        store = project.store
        store.replace_plan(project.plan.recipes)
        for planned in store.unmade():
            png = encode_png(np.full((64, 64, 3), 20 * planned.id, dtype=np.uint8), planned.recipe)
            sha256 = project.files.add(png)
            store.add_assets([Asset(planned.id, planned.recipe, sha256, sha256_hex(png[::-1]), 64, 64, len(png))])
        first = store.numbers()[0]
        record(store, "ada", [Decision("flag", first, "pick"), Decision("note", first, "=1+1")])
        record(store, "ben", [Decision("flag", first, "reject")])
        yield project


def test_a_car_file_holds_all_of_the_folder(decided: Project, tmp_path: Path) -> None:
    root = ExportStage(tmp_path / "out", ["1-9"], car=True).run(decided).details["root"]
    with Car(tmp_path / "out" / f"{root}.car") as car:
        assert car.root == root
        assert car.verify() == len(car)
        names = sorted(path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".car")
        assert list(car.listing()) == names
        assert car.read("index.csv") == (tmp_path / "out/index.csv").read_bytes()


def test_a_folder_has_the_files_and_what_is_known_of_them(decided: Project, tmp_path: Path) -> None:
    first, second = decided.store.numbers()[:2]
    report = ExportStage(tmp_path / "out", [str(second), str(first)]).run(decided)
    assert (report.details["images"], report.details["root"]) == (2, None)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(
        [f"{n:04d}.{kind}" for n in (first, second) for kind in ("png", "json")]
        + ["index.csv", "index.json", "sheet.png"]
    )
    records = json.loads((tmp_path / "out" / "index.json").read_text())
    assert [item["number"] for item in records] == [second, first], "in the order that was asked for"
    found = json.loads((tmp_path / "out" / f"{first:04d}.json").read_text())
    assert found["flags"] == {"ada": "pick", "ben": "reject"}
    assert found["recipe"]["seed"]
    asset = decided.store.asset(first)
    assert asset
    assert (tmp_path / "out" / f"{first:04d}.png").read_bytes() == decided.files.read(asset.file_sha256)


def test_nothing_is_overwritten(decided: Project, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(ConflictError, match="empty folder"):
            ExportStage(folder, ["1"]).run(decided)
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_tokens_are_named_by_their_ids(decided: Project, tmp_path: Path) -> None:
    first, second = decided.store.numbers()[:2]
    with pytest.raises(UsageError, match="no token"):
        exported(decided, [first], "token")
    tokens = [(7, second, "i", "m1"), (8, first, "i", "m2")]
    decided.store.add_freeze(Freeze("p", "i", "m", "root", "c"), tokens, "x", {})
    ExportStage(tmp_path / "out", by="token").run(decided)
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"7.png", "8.png", "sheet.png"}


def test_a_table_computes_nothing_and_a_zip_holds_all(decided: Project) -> None:
    first = decided.store.numbers()[0]
    record(decided.store, "=cmd", [Decision("stars", first, 3)])
    images = exported(decided, [first])
    head, row = csv.reader(io.StringIO(as_csv(images)))
    cells = dict(zip(head, row, strict=True))
    assert cells["notes"] == "ada: =1+1"
    assert cells["stars"] == "'=cmd: 3"
    assert cells["number"] == str(first)
    with zipfile.ZipFile(io.BytesIO(b"".join(as_zip(images)))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [f"{first:04d}.json", f"{first:04d}.png", "index.csv", "index.json"]


def test_others_are_left_out_for_a_curator_who_may_not_see_them(decided: Project) -> None:
    first = decided.store.numbers()[0]
    assert exported(decided, [first], viewer="cyd")[0].record["flags"] == {}
    assert exported(decided, [first], viewer="ben")[0].record["flags"] == {"ada": "pick", "ben": "reject"}
