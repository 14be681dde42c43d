"""`collection plan` as a person and as a program see it, on the sample that shows quotas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def quotas(collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample, planned and generated."""
    folder = tmp_path_factory.mktemp("quotas") / "project"
    assert collection("new", folder, "--sample", "quotas").code == 0
    text = (folder / "collection.toml").read_text()
    (folder / "collection.toml").write_text(text.replace("size = 256", "size = 64"))
    for stage in ("plan", "generate"):
        said = collection("-C", folder, stage)
        assert said.code == 0, said
    return folder


def test_a_person_sees_rarity_time_disk_gas_and_examples(collection, quotas):
    said = collection("-C", quotas, "plan", "--show", "2")
    lines = [line.split() for line in said.out.splitlines()]
    assert ["weather", "storm", "1", "token", "8.33", "%", "1", "image"] in lines
    heads = [line[0] for line in lines]
    assert heads.count("recipe") == 2
    assert {"time", "disk", "gas"} < set(heads)


def test_a_program_sees_the_same(collection, quotas):
    found = collection("-C", quotas, "plan", "--json", "--show", "3").object
    assert (found["planned"], found["added"], found["series"]) == (18, 0, {"Coasts": 17})
    assert found["combinations_exact"] is True
    assert sum(item["tokens"] for item in found["rarity"] if item["trait"] == "weather") == 12
    assert found["forecast"]["bytes_source"] == "the images made last in this project"
    assert len(found["examples"]) == 3
    assert "traits" in found["examples"][0]


def test_wildcards_come_from_the_project(collection, quotas, tmp_path):
    config = tmp_path / "collection.toml"
    config.write_text('title = "W"\nsupply = 2\nseed = 1\n[[series]]\nprompt = "a __place__ at noon"\n')
    said = collection("-C", tmp_path, "plan")
    assert said.code == 2
    assert "series.1.prompt, character 3: wildcard __place__ does not exist" in said.err
    (tmp_path / "wildcards").mkdir()
    (tmp_path / "wildcards" / "place.txt").write_text("harbour\n# none\n")
    shown = collection("-C", tmp_path, "plan", "--json", "--show", "1").object
    assert shown["examples"][0]["prompt"] == "a harbour at noon"
    every = collection("-C", tmp_path, "plan", "--json", "--show", "500").object
    told = [json.dumps(example, sort_keys=True) for example in every["examples"]]
    assert len(told) == len(set(told)) == every["planned"], "each recipe once, and the last one too"


def test_a_quota_that_cannot_be_met_is_refused_before_anything_is_planned(collection, tmp_path):
    (tmp_path / "collection.toml").write_text(
        'title = "I"\nsupply = 4\nseed = 1\n[traits.a]\ncount = {x = 3, y = 1}\n[traits.b]\ncount = {p = 2, q = 2}\n'
        '[[rules]]\nwhen = {a = "x"}\nrequire = {b = "p"}\n'
    )
    said = collection("-C", tmp_path, "plan", "--json")
    assert said.code == 2
    assert "rules.1" in said.object["error"]["message"]
    assert collection("-C", tmp_path, "status", "--json").object["planned"] == 0


def test_images_that_are_selected_are_not_set_aside_unasked(collection, tmp_path):
    config = tmp_path / "collection.toml"
    text = 'title = "L"\nsupply = 2\ncandidates = 3\nseed = 1\nimage = { size = 64 }\n'
    config.write_text(text)
    for stage in ("plan", "generate"):
        assert collection("-C", tmp_path, stage).code == 0
    config.write_text(text.replace("seed = 1", "seed = 2"))
    changed = collection("-C", tmp_path, "plan")
    assert changed.code == 0, "nobody chose these"
    assert "3 images" in changed.err
    config.write_text(text)
    for stage in ("plan", "score", "dedupe", "select"):
        assert collection("-C", tmp_path, stage).code == 0
    config.write_text(text.replace("seed = 1", "seed = 3"))
    for command in ("plan", "run"):
        refused = collection("-C", tmp_path, command)
        assert refused.code == 2
        assert "3 images (2 of them selected) would be set aside" in refused.err
        assert "plan --yes" in refused.err
    assert "2 of them selected" in collection("-C", tmp_path, "plan", "--dry-run").err
    known = collection("-C", tmp_path, "status", "--json").object
    assert (known["selected"], known["next"], known["done"]) == (2, "plan", False)
    assert "would be set aside" in known["why"]
    said = collection("-C", tmp_path, "plan", "--yes", "--json").object
    assert (said["added"], said["retired"], len(said["set_aside"])) == (3, 3, 3)


def test_remarks_on_the_plan_are_notes(collection, tmp_path):
    (tmp_path / "collection.toml").write_text(
        'title = "R"\nsupply = 4\nseed = 1\n[[series]]\nprompt = "{place}"\n'
        "[traits.place]\nweight = {sea = 1, harbour = 0.0001}\n"
    )
    assert '"harbour" gets no token' in collection("-C", tmp_path, "plan").err
