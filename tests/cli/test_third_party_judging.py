"""What people see of encoders and metrics that other packages add, from the configuration to the chosen set."""

from __future__ import annotations

import pytest
from PIL import Image
from skimage import data

CONFIG = 'title = "Added"\nsupply = 2\ncandidates = 0\nseed = 1\n'


@pytest.fixture
def pictures(tmp_path):
    """Three photographs and a cold one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, photo in zip("abc", (data.chelsea, data.astronaut, data.coffee), strict=True):
        Image.fromarray(photo()).resize((96, 96)).save(folder / f"{name}.png")
    cold = (data.rocket() // [16, 1, 1]).astype("uint8")
    Image.fromarray(cold).resize((96, 96)).save(folder / "d.png")
    return folder


@pytest.fixture
def home(here, pictures, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text(CONFIG)
    assert here("-C", folder, "import", pictures).code == 0
    return folder


def test_a_metric_is_scored_with_an_issue_excluded_and_found_without_an_edit(here, home, third_party):
    third_party("metric")
    config = home / "collection.toml"
    config.write_text(CONFIG + '[select]\nexclude = ["cold"]\n')
    scored = here("-C", home, "score", "--json").object
    assert set(scored["ranges"]["warmth"]) <= {value for value in scored["ranges"]["warmth"] if 0 <= value <= 1}
    assert [number for number, issues in scored["issues"].items() if "cold" in issues] == ["0004"]
    why = here("-C", home, "select", "--why-image", "4", "--json").object["why"]
    assert why.startswith("not chosen: cold (warmth ")

    config.write_text(CONFIG + '[select]\nexclude = ["cold"]\n[score.issues]\ncold = 0\n')
    assert here("-C", home, "score", "--json", "--dry-run").object["pending"] == 0
    assert "cold" not in str(here("-C", home, "score", "--json").object["issues"])
    assert here("-C", home, "config", "--json").object["score"]["issues"]["cold"] == 0

    from collection.curate.search.find import find_rows
    from collection.project import open_project
    from collection.stages.judges import judges_of

    with open_project(home) as project:
        now = judges_of(project).catalogue.now()
        assert now.images.ids[find_rows(now, "warmth<0.2", "me")].tolist() == [4]

    listed = {metric["name"]: metric for metric in here("metrics", "--json").object["metrics"]}
    assert listed["warmth"]["issue"] == {"name": "cold", "side": "under", "threshold": 0.2}
    assert "warmth: 0 to 1, neither way is better" in here("metrics").out


def test_a_package_s_issue_is_unknown_without_the_package(here, home):
    (home / "collection.toml").write_text(CONFIG + "[score.issues]\ncold = 0.1\n")
    said = here("-C", home, "status")
    assert said.code == 2
    assert 'score.issues.cold: there is no issue "cold"' in said.err


def test_an_encoder_scores_and_dedupes_a_project_and_a_folder(here, home, pictures, third_party):
    third_party("encoder")
    (home / "collection.toml").write_text(CONFIG + '[score]\nencoder = "colours:4"\n')
    for command in ("score", "dedupe", "select", "status"):
        assert here("-C", home, command).code == 0
    assert here("-C", home, "score", "--json").object["pending"] == 0
    checks = {check["what"]: check for check in here("-C", home, "doctor", "--json").object["checks"]}
    assert (checks["encoder"]["ok"], checks["encoder"]["found"]) == (True, "colours:4: colours")
    assert "colours" in here("-C", home, "config").out
    assert len(here("score", pictures, "--encoder", "colours", "--json").object["images"]) == 4
    assert here("dedupe", pictures, "--encoder", "colours", "--json").object["groups"] == []


def test_an_encoder_that_is_not_installed_is_refused_with_its_line(here, home):
    (home / "collection.toml").write_text(CONFIG + '[score]\nencoder = "colours"\n')
    said = here("-C", home, "score")
    assert said.code == 2
    assert 'collection.toml:6: score.encoder: there is no encoder "colours"' in said.err


def test_a_broken_encoder_is_named_where_it_is_used_and_by_the_doctor(here, home, pictures, third_party):
    third_party("broken_encoders")
    (home / "collection.toml").write_text(CONFIG + '[score]\nencoder = "broken-import"\n')
    said = here("-C", home, "score")
    assert said.code == 1
    assert "collection-broken-encoders 1.0" in said.err
    checks = {check["what"]: check for check in here("-C", home, "doctor", "--json").object["checks"]}
    assert not checks["encoder"]["ok"]
    assert not checks["encoder broken-kind"]["ok"]
    assert here("score", pictures).code == 0


def test_a_text_tower_that_is_none_costs_the_metrics_of_words_alone(here, home, third_party):
    third_party("broken_encoders")
    (home / "collection.toml").write_text(CONFIG + '[score]\nencoder = "broken-words"\n')
    scored = here("-C", home, "score", "--json")
    assert scored.code == 0, scored
    (note,) = (note for note in scored.object["notes"] if "metric mood:EMOTION" in note)
    assert 'the encoder "broken-words" cannot be used: asked to encode texts' in note
    assert {"quality", "novelty"} <= set(scored.object["ranges"])


def test_broken_metrics_are_named_and_the_folder_is_scored(here, pictures, third_party):
    third_party("broken_metrics")
    said = here("score", pictures, "--json")
    assert said.code == 0
    assert "the metric pixels-nan has no number for 4 images: it gave nan" in said.err
    assert all("quality" in image["scores"] for image in said.object["images"])
    assert here("score", pictures, "--csv", pictures.parent / "scores.csv").code == 0
