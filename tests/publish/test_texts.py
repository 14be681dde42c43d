"""Names and descriptions from a file of the artist's."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import MetadataError, UnavailableError
from collection.publish.additions import Addition, files_of_images
from collection.publish.texts import read_texts
from collection.store.records import Asset

ASSETS = [Asset(number, None, "a" * 64, "b" * 64, 8, 8, 9, {"source": f"in/cat{number}.png"}) for number in (1, 2, 7)]


def read(tmp_path: Path, name: str, content: str) -> dict[int, Addition]:
    path = tmp_path / name
    path.write_text(content)
    return read_texts(path, ASSETS)


def test_a_table_and_an_object_say_the_same(tmp_path: Path) -> None:
    wanted = {7: Addition("Gale, strong", "A storm.\nAt night."), 2: Addition(description="Calm")}
    table = 'image,name,description\n0007,"Gale, strong","A storm.\nAt night."\ncat2.png,,Calm\n'
    assert read(tmp_path, "texts.csv", table) == wanted
    by_image = '{"7": {"name": "Gale, strong", "description": "A storm.\\nAt night."}, "2": {"description": "Calm"}}'
    assert read(tmp_path, "texts.json", by_image) == wanted
    assert read(tmp_path, "texts.csv", "\ufeffimage,name\n1,A\n") == {1: Addition("A")}


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        read(tmp_path, "texts.csv", "image,name,titel\n3,A,\n7,B,x\n007,C,\n7,D,,more\n")
    told = [problem.message for problem in caught.value.problems]
    assert told[0] == 'texts.csv: line 2: image: there is no image "3"'
    assert any('line 3: "titel" is no field' in line for line in told)
    assert any("line 4: image: image 007 is described twice" in line for line in told)
    assert any("a field too many" in line for line in told)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("t.csv", "name\nA\n", 'no image ""'), ("t.json", "[]", "no object"), ("t.json", "{", "no JSON"),
     ("t.json", '{"7": {"name": "A", "name": "B"}}', "image 7: name: it is said twice"),
     ("t.json", '{"7": {"name": "A"}, "7": {"name": "B"}}', "image 7 is described twice"),
     ("t.csv", "image,name,name\n7,A,B\n", "line 1: the column 'name' stands twice"),
     ("t.json", '{"7": ["Gale"]}', "image 7: ..Gale.. is no field: an object with name and description is wanted"),
     ("t.json", '{"7": {"name": 5}}', "name: it is no text"), ("t.json", '{"7": "Gale"}', "no field")],
)  # fmt: skip
def test_another_form_is_refused(tmp_path: Path, name: str, content: str, why: str) -> None:
    with pytest.raises(MetadataError, match=why):
        read(tmp_path, name, content)


def test_a_cell_may_be_longer_than_python_reads_by_itself(tmp_path: Path) -> None:
    long = "x" * 200_000
    assert read(tmp_path, "texts.csv", f"image,description\n7,{long}\n") == {7: Addition(description=long)}


def test_what_is_nested_too_deep_is_named(tmp_path: Path) -> None:
    with pytest.raises(MetadataError, match="nested more than 100 levels deep"):
        read(tmp_path, "texts.json", '{"7": ' * 1000 + "1" + "}" * 1000)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"none\.csv cannot be read"):
        read_texts(tmp_path / "none.csv", ASSETS)
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(MetadataError, match="no UTF-8"):
        read_texts(tmp_path / "b.csv", ASSETS)


def test_files_beside_an_image_that_say_nothing_are_named(tmp_path: Path) -> None:
    (tmp_path / "1.mp4").write_bytes(b"")
    (tmp_path / "2.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "7.md").write_text("Gale")
    with pytest.raises(MetadataError) as caught:
        files_of_images(tmp_path, ASSETS)
    told = [problem.message for problem in caught.value.problems]
    assert told == [f"{tmp_path.name}/1.mp4: it is empty", f"{tmp_path.name}/2.txt: it is no UTF-8 text"]
    (tmp_path / "1.mp4").write_bytes(b"film")
    (tmp_path / "2.txt").write_text("calm", "utf-8")
    assert {number: [*places] for number, places in files_of_images(tmp_path, ASSETS).items()} == {
        1: ["animations"], 2: ["words"], 7: ["words"],
    }  # fmt: skip
