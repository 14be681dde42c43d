"""What people see of metrics and issues."""

from __future__ import annotations

import csv

import pytest
from PIL import Image, ImageFilter
from skimage import data

from collection.project import open_project
from collection.stages.sheet import SheetStage

CONFIG = 'title = "Found"\nsupply = 2\ncandidates = 0\nseed = 1\n\n[select]\nexclude = ["blurred"]\n'


@pytest.fixture
def pictures(tmp_path):
    """Three photographs, the second blurred, and a picture of a single tone."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, photo in zip("abc", (data.chelsea, data.astronaut, data.coffee), strict=True):
        Image.fromarray(photo()).resize((200, 200)).save(folder / f"{name}.png")
    Image.open(folder / "b.png").filter(ImageFilter.GaussianBlur(5)).save(folder / "b.png")
    Image.new("RGB", (128, 128), (90, 90, 90)).save(folder / "d.png")
    return folder


@pytest.fixture
def home(here, pictures, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text(CONFIG)
    assert here("-C", folder, "import", pictures).code == 0
    assert here("-C", folder, "score").code == 0
    return folder


def test_metrics_are_explained(here):
    said = here("metrics")
    assert "quality: 0 to 100, higher is better" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    listed = here("metrics", "--json").object["metrics"]
    assert {"name", "range", "better", "says", "source", "limits", "issue"} == set(listed[0])


def test_a_folder_s_table_fits_a_terminal_and_the_files_have_all(here, pictures, tmp_path):
    people = here("score", pictures, "--csv", tmp_path / "scores.csv")
    assert people.code == 0, people
    header, *rows, end, judged = people.out.splitlines()
    assert header.split() == ["path", "sharpness", "exposure", "contrast", "issues"]
    assert [row.split()[0] for row in rows] == sorted(row.split()[0] for row in rows), "nothing says which is better"
    assert judged.split(":")[0].split() == ["judged", "by", "nothing"]
    assert max(map(len, people.out.splitlines())) <= 80
    (blurred,) = (row for row in rows if row.startswith("b.png"))
    assert "blurred" in blurred
    assert "1 blank" in end
    found = {image["path"]: image for image in here("score", pictures, "--json").object["images"]}
    assert list(found["d.png"]["issues"]) == ["blank"]
    assert found["a.png"]["percentiles"]["quality"] > found["d.png"]["percentiles"]["quality"]
    with (tmp_path / "scores.csv").open(newline="") as file:
        written = {row["path"]: row for row in csv.DictReader(file)}
    assert set(found["a.png"]["scores"]) == set(written["a.png"]) - {"path", "issues"}
    assert written["d.png"]["issues"] == "blank"


def test_a_project_s_issues_are_told_wherever_its_images_are(here, home):
    scored = here("-C", home, "score", "--json").object
    assert list(scored["issues"]["0004"]) == ["blank"]
    assert "blurred" in scored["issues"]["0002"]
    assert scored["safety"] == "off"
    said = here("-C", home, "score").out
    assert "nsfw not looked for" in said
    assert "sharpness" in said
    assert here("-C", home, "status", "--json").object["with_issues"] == len(scored["issues"])
    assert "1 blank" in here("-C", home, "status").out


def test_barred_images_are_not_chosen_and_thresholds_move_without_scoring_again(here, home):
    chosen = here("-C", home, "select", "--json").object
    assert (chosen["selected"], chosen["excluded"]) == (2, 2)
    why = here("-C", home, "select", "--why-image", "2", "--json").object
    assert why["why"].startswith("not chosen: blurred (sharpness ")
    assert "blurred" in why["issues"]

    config = home / "collection.toml"
    config.write_text(CONFIG.replace("supply = 2", "supply = 3") + "\n[score.issues]\nblurred = 0\n")
    assert here("-C", home, "score", "--json", "--dry-run").object["pending"] == 0
    chosen = here("-C", home, "select", "--json").object
    assert (chosen["selected"], chosen["excluded"]) == (3, 1)


def test_a_sheet_bears_the_issues(here, home):
    with open_project(home) as project:
        captions = [cell.caption for cell in SheetStage(everything=True).shown(project).cells]
    assert captions[3] == "0004  blank"
    assert "blurred" in captions[1]
    assert here("-C", home, "sheet", "--all").code == 0
