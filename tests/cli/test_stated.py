"""A trait is what the picture shows: refused where it is not, found in what was made, counted by `verify`."""

from __future__ import annotations

from pathlib import Path

import pytest

FOX = """title = "Fox"
supply = 2
candidates = 2
seed = 1
image = { size = 64 }
[[series]]
prompt = "{subject} at noon"
[traits.subject]
count = { "a red fox" = 1, "a windy harbour" = 1 }
[traits.light]
count = { NOON = 1, night = 1 }
[verify]
rerender = 0
"""


@pytest.fixture
def fox(tmp_path: Path) -> Path:
    (tmp_path / "collection.toml").write_text(FOX)
    return tmp_path


def test_traits_that_the_painter_does_not_paint_are_refused(collection, fox):
    said = collection("-C", fox, "plan")
    assert said.code == 2
    for words in ('subject = "a red fox"', "cannot paint red or fox", 'light = "night"', "say noon", "plan --anyway"):
        assert words in said.err
    assert "harbour" not in said.err
    assert collection("-C", fox, "status", "--json").object["planned"] == 0
    foreseen = collection("-C", fox, "plan", "--dry-run")
    assert foreseen.code == 2, "the dry run ends as the command would"
    assert "the painter cannot paint" in foreseen.err
    assert f"collection -C {fox} plan --anyway" in foreseen.err, "for the project that was named"
    assert collection("-C", fox, "plan", "--dry-run", "--anyway").code == 0


def test_a_run_refuses_what_plan_refuses_and_takes_the_same_word(collection, fox):
    assert collection("-C", fox, "run").code == 2
    told = collection("-C", fox, "run", "--dry-run", "--json")
    assert "states what the painter does not paint" in told.object["why"]
    assert told.code == 2, "the dry run ends as the command would"
    agreed = collection("-C", fox, "run", "--dry-run", "--anyway", "--json")
    assert (agreed.object["next"], agreed.object["why"], agreed.code) == ("plan --anyway", None, 0)
    shown = collection("-C", fox, "run", "--dry-run", "--anyway").out
    assert "plan --anyway, or " in shown, "what is told to be typed next does not refuse"
    assert "run --anyway for all" in shown


def test_what_was_planned_anyway_is_told_at_every_step(collection, fox):
    planned = collection("-C", fox, "plan", "--anyway", "--json").object
    assert set(planned["unknown_words"]["main"]) == {"red", "fox", "windy"}
    assert {(item["trait"], item["value"]) for item in planned["unpainted"]} == {
        ("subject", "a red fox"), ("light", "night"),
    }  # fmt: skip
    done = collection("-C", fox, "run", "--anyway", "--json")
    assert done.code == 0, done
    verified = next(stage for stage in done.object["stages"] if stage["stage"] == "verify")
    found = collection("-C", fox, "mismatches", "--json").object["mismatches"]
    reported = {(item["trait"], item["planned"], item["seen"]) for item in found if item["by"] == "generator"}
    assert reported == {("subject", "a red fox", ""), ("light", "night", "Noon")}
    wrong = len({item["image"] for item in found if item["by"] == "generator"})
    assert (verified["proven"], verified["stated"], verified["shown"]) == (2, 2, 2 - wrong)
    assert len(verified["not_shown"]) == wrong
    shown = collection("-C", fox, "verify")
    assert f"{2 - wrong} of 2 show the traits that they state" in shown.out


def test_what_a_generator_reports_otherwise_stays_in_the_metadata(collection, fox):
    import json

    collection("-C", fox, "plan", "--anyway")
    assert collection("-C", fox, "run").code == 0
    tokens = [json.loads(path.read_text()) for path in sorted((fox / "files").rglob("*.json"))]
    nights = [
        token["properties"]
        for token in tokens
        if {"trait_type": "light", "value": "night"} in token.get("attributes", ())
    ]
    assert [properties["reported"] for properties in nights] == [{"Light": "Noon"}]
    others = [token for token in tokens if token.get("properties") and token["properties"] not in nights]
    assert others
    assert not any("reported" in token["properties"] for token in others)


def test_the_words_of_the_painter_are_listed(collection):
    assert "Night: night, midnight" in collection("words").out
    assert "midnight" in collection("words", "--json").object["words"]["Light"]["Night"]
    assert collection("words", "diffusion").code == 2
