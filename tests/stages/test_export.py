"""What leaves the project: files, what is known of them, tables that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from collection.curate.reviews.log import record
from collection.errors import ConflictError, UsageError
from collection.project import Project
from collection.stages.export import ExportStage, as_csv, as_zip, exported
from collection.store.records import Decision, Freeze


@pytest.fixture
def decided(tiny: Project) -> Project:
    numbers = tiny.store.numbers()
    record(tiny.store, "ada", [Decision("flag", numbers[0], "pick"), Decision("note", numbers[0], "=1+1")])
    record(tiny.store, "ben", [Decision("flag", numbers[0], "reject")])
    return tiny


def test_a_folder_has_the_files_and_what_is_known_of_them(decided: Project, tmp_path: Path) -> None:
    first, second = decided.store.numbers()[:2]
    report = ExportStage(tmp_path / "out", [str(second), str(first)]).run(decided)
    assert report.details["images"] == 2
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
