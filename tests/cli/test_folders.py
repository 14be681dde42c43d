"""Pictures from anywhere, on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CONFIG = 'title = "Found"\nsupply = 2\ncandidates = 0\nseed = 1\n\n[traits.sky]\ncount = { clear = 1, torn = 1 }\n'


def picture(seed: int) -> Image.Image:
    """Smooth and unlike others: noise, enlarged."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((120, 120), Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures with a sky each, a JPEG copy of one, and a file that is none."""
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for number, sky in enumerate(["clear", "torn", "torn"]):
        picture(number).save(folder / f"{number}.png")
        (folder / f"{number}.json").write_text(json.dumps({"attributes": [{"trait_type": "sky", "value": sky}]}))
    picture(1).save(folder / "sub" / "copy.jpg", quality=70)
    (folder / "empty.png").write_bytes(b"")
    return folder


def test_score_of_a_folder(here, folder, tmp_path):
    said = here("score", folder, "--json", "--csv", tmp_path / "scores.csv")
    assert said.code == 0, said
    assert set(said.object) == {"images", "skipped"}
    assert [image["path"] for image in said.object["images"]] == ["0.png", "1.png", "2.png", "sub/copy.jpg"]
    assert all(0 <= image["scores"]["quality"] <= 100 for image in said.object["images"])
    assert said.object["skipped"] == [{"path": "empty.png", "why": "it is empty"}]
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["path"]: float(row["quality"]) for row in rows} == {
        image["path"]: image["scores"]["quality"] for image in said.object["images"]
    }


def test_dedupe_of_a_folder_moves_the_copies(here, folder, tmp_path):
    said = here("dedupe", folder, "--json", "--move-to", tmp_path / "copies")
    assert said.code == 0, said
    ((group),) = said.object["groups"]
    ((member),) = group["members"]
    assert {group["keeper"], member["path"]} == {"1.png", "sub/copy.jpg"}
    assert member["why"] in ("phash", "cosine")
    assert said.object["moved"] == [member["path"]]
    assert (tmp_path / "copies" / member["path"]).is_file()
    assert (folder / group["keeper"]).is_file()
    assert not (folder / member["path"]).exists()
    assert said.object["thresholds"]["tile_difference"] == 14
    assert said.object["look_alikes"] == []
    people = here("dedupe", folder)
    assert "0 near-duplicates among 3 images" in people.out
    assert "empty.png: it is empty" in people.err


def test_dedupe_of_a_folder_takes_keep_and_signals_and_moves_what_describes_a_copy(here, folder, tmp_path):
    (folder / "a.jpg").write_bytes((folder / "sub" / "copy.jpg").read_bytes())
    (folder / "a.jpg.json").write_text("{}")
    (folder / "a.txt").write_text("a caption")
    (folder / "a.XMP").write_text("<x/>")
    (folder / "a").write_text("{}")
    (folder / "json").mkdir()
    for name in ("1", "a"):
        (folder / "json" / f"{name}.of.json").write_text(json.dumps({"image": "a.jpg" if name == "a" else "1.png"}))
    (folder / "sub" / "copy.jpg").unlink()
    said = here("dedupe", folder, "--json", "--keep", "first").object
    assert [group["keeper"] for group in said["groups"]] == ["1.png"]
    assert said["thresholds"]["keep"] == "first"
    none = here("dedupe", folder, "--json", "--without", "phash", "--without", "vectors", "--tile-difference", "20")
    assert none.object["groups"] == []
    assert none.object["thresholds"]["signals"] == ["turns", "borders"]
    wrong = here("dedupe", folder, "--without", "hash")
    assert wrong.code == 2
    assert "phash" in wrong.err
    moved = here("dedupe", folder, "--json", "--move-to", tmp_path / "copies").object["moved"]
    assert set(moved) == {"a.jpg", "a.jpg.json", "a.txt", "a.XMP", "a", "json/a.of.json"}
    assert (folder / "json" / "1.of.json").is_file()
    assert not (folder / "a.txt").exists()
    assert (folder / "1.json").is_file()


def test_a_folder_without_pictures_fails_by_name(here, tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    said = here("score", tmp_path, "--json")
    assert said.code == 1
    assert said.object["images"] == []
    assert said.object["skipped"][0]["path"] == "notes.txt"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["score", "--csv", "x.csv"], "needs a FOLDER"),
        (["dedupe", "--move-to", "x"], "needs a FOLDER"),
        (["dedupe", ".", "--move-to", "./x"], "lies in"),
        (["dedupe", ".", "--against", "."], "project"),
        (["score", "nowhere"], "nowhere"),
        (["score", ".", "--head", "unheard-of"], "unheard-of"),
    ],
)
def test_options_that_cannot_be_meant(here, tmp_path, monkeypatch, words, why):
    monkeypatch.chdir(tmp_path)
    said = here(*words)
    assert said.code == 2
    assert why in said.err


def test_imported_pictures_become_tokens_under_quotas(here, folder, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "collection.toml").write_text(CONFIG)
    assert here("-C", project, "import", folder, "--dry-run", "--json").object["pending"] == 5
    said = here("-C", project, "import", folder, "--json")
    assert said.code == 0, said
    assert [image["image"] for image in said.object["imported"]] == [1, 2, 3, 4]
    assert said.object["skipped"] == [{"path": "empty.png", "why": "it is empty"}]
    assert "4 imported already" in here("-C", project, "import", folder).out
    assert here("-C", project, "run").code == 0
    skies = []
    for path in project.glob("files/*/*.json"):
        metadata = json.loads(path.read_text())
        if "properties" in metadata:
            assert metadata["properties"]["recipe"] is None
            skies += [item["value"] for item in metadata["attributes"] if item["trait_type"] == "sky"]
    assert sorted(skies) == ["clear", "torn"]
    status = here("-C", project, "status", "--json").object
    assert (status["imported"], status["generated"], status["verified"], status["next"]) == (4, 0, 2, None)
    against = here("-C", project, "dedupe", "--against", folder, "--json").object
    assert {item["why"] for item in against["duplicates"]} == {"against"}
    assert {item["image"] for item in against["duplicates"]} == {1, 2, 3, 4}
    back = here("-C", project, "dedupe", "--not-against", folder, "--json").object
    assert len(back["duplicates"]) == 1


def test_a_threshold_can_be_tried_and_what_others_would_give_is_shown(here, folder, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "collection.toml").write_text(CONFIG)
    here("-C", project, "import", folder)
    here("-C", project, "score")
    said = here("-C", project, "dedupe", "--json").object
    assert said["search"] == {"method": "exact", "searched": 4, "cut": 0}
    assert [step for step, _ in said["shifted"][""]] == [-0.02, -0.01, 0, 0.01, 0.02]
    again = here("-C", project, "dedupe", "--cosine", "0.97", "--json").object
    assert (again["cosines"], again["search"]["searched"]) == ({"": 0.97}, 0)
    people = here("-C", project, "dedupe", "--cosine", "0.96")
    assert "imported" in people.out
    assert "at +0.01" in people.out
