"""Configurations of other engines become projects, and nothing of them is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collection.errors import CollectionError, UsageError
from collection.generate.layers.engines.javascript import UNREAD, read_constants
from collection.project import Project
from collection.stages.import_layers import import_layers
from collection.stages.plan import PlanStage

from .conftest import picture

CONFIG = """
const basePath = process.cwd();
const { MODE } = require(`${basePath}/constants/blend_mode.js`);
require("fs").writeFileSync("PWNED", "x"); // must not happen
const namePrefix = "Eyes \\u2013 \\"two\\"";
const description = 'It\\'s one';
const layerConfigurations = [
  { growEditionSizeTo: 2, layersOrder: [
      { name: "Background", options: { bypassDNA: true; } },  // the semicolon of HashLips's own README
      { name: "Eyeball" },
      { name: "Lid", options: { blend: MODE.colorBurn, opacity: 0.7, displayName: "Top lid" } },
  ]},
  { growEditionSizeTo: 5, layersOrder: [
      { name: "Background", options: { bypassDNA: true } },
      { name: "Lid", options: { blend: MODE.colorBurn, opacity: 0.7, displayName: "Top lid" } },
      { name: "Eyeball" },
  ]},
];
const format = { width: 64, height: 64, smoothing: false };
const preview = { imageRatio: format.height / format.width, n: 5 };
const background = { generate: true, brightness: "80%", static: true, default: "#102030" };
const incompatible = { Red: ["High"], Nope: ["Low"] };
module.exports = { format };
"""


@pytest.fixture
def hashlips(tmp_path: Path) -> Path:
    colours = {"Background/Black#1": 1, "Background/Grey#1": 9, "Eyeball/Red#20": 2, "Eyeball/White#40": 3}
    colours |= {"Eyeball/Blue#40": 6, "Lid/High#20": 4, "Lid/Low#40": 5}
    for name, level in colours.items():
        path = tmp_path / "engine" / "layers" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture((level, 40 * level % 256, 0, 255), (level, 0, 64, 60)).save(path)
    source = tmp_path / "engine" / "src" / "config.js"
    source.parent.mkdir()
    source.write_text(CONFIG)
    return source


def test_hashlips_becomes_a_project(hashlips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = import_layers(hashlips, tmp_path / "mine")
    assert not (tmp_path / "PWNED").exists() and report.details["pictures"] == 7
    with Project(tmp_path / "mine") as project:
        config: Any = project.config
        assert (config.title, config.description, config.supply) == ('Eyes – "two"', "It's one", 5)
        assert config.generator.background == "#102030" and config.generator.resize == "nearest"
        lids = [layer for layer in config.generator.layers if layer.folder == "Lid"]
        assert {(lid.trait, lid.blend, lid.opacity) for lid in lids} == {("Top lid", "color-burn", 0.7)}
        assert not config.traits["Background"].distinct and config.traits["Eyeball"].distinct
        assert [(series.name, series.share) for series in config.series] == [("Set 1", 2), ("Set 2", 3)]
        PlanStage().run(project)
        recipes = project.plan.recipes
        assert [recipe.series for recipe in recipes] == ["Set 1"] * 2 + ["Set 2"] * 3
        for recipe in recipes:
            drawn = [sheet["name"].split("/")[1] for sheet in recipe.options["stack"]]
            last = ["Eyeball", "Lid"] if recipe.series == "Set 1" else ["Lid", "Eyeball"]
            assert drawn == ["Background", *last]
            assert (recipe.traits["Eyeball"], recipe.traits["Top lid"]) != ("Red", "High")
    assert any("Nope" in note for note in report.notes)


def test_a_project_that_is_there_is_left_alone(hashlips: Path, tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        import_layers(hashlips, tmp_path)
    assert (tmp_path / "collection.toml").read_text() == "mine"


LISTS: dict[str, Any] = {
    "layers": [
        {"name": "Background", "values": ["Blue", "Orange"], "trait_path": "./trait-layers/backgrounds",
         "filename": ["blue", "orange"], "weights": [60, 40]},
        {"name": "Logo", "values": ["One", "Two"], "trait_path": "./trait-layers/foreground",
         "filename": ["one", "two"], "weights": [50, 50]},
    ],
    "incompatibilities": [
        {"layer": "Background", "value": "Blue", "incompatible_with": ["Two", "Three"]},
        {"layer": "Hat", "value": "Cap", "incompatible_with": ["Two"]},
    ],
    "name": "NFT #", "description": "A series.",
}  # fmt: skip


def test_nft_generator_py_becomes_a_project(tmp_path: Path) -> None:
    for number, name in enumerate(("backgrounds/blue", "backgrounds/orange", "foreground/one", "foreground/two"), 1):
        path = tmp_path / "trait-layers" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture((60 * number, 0, 0, 255), (number, 0, 64, 64), 64).save(path)
    (tmp_path / "config.json").write_text(json.dumps(LISTS))
    report = import_layers(tmp_path / "config.json", tmp_path / "mine")
    assert [word for note in report.notes for word in ("Three", "Hat Cap", "supply") if word in note] == [
        "supply", "Three", "Hat Cap",
    ]  # fmt: skip
    with Project(tmp_path / "mine") as project:
        assert project.config.title == "NFT" and project.config.traits["Background"].weight == {
            "Blue": 60,
            "Orange": 40,
        }
        assert len(project.config.rules) == 1 and project.config.generator.traits()["Logo"].values == ["One", "Two"]


@pytest.mark.parametrize(
    "change, said",
    [
        ({"layers": []}, "has no list `layers`"),
        ({"layers": [{**LISTS["layers"][0], "weights": [1]}]}, "layers.1.values has another length"),
        ({"layers": [{**LISTS["layers"][0], "weights": [1, -1]}]}, "layers.1.weights has -1"),
        ({"layers": [{**LISTS["layers"][0], "values": ["A", "A"]}]}, 'layers.1.values has "A" twice'),
        ({"layers": [{**LISTS["layers"][0], "trait_path": "nowhere"}]}, "nowhere of a layer is missing"),
    ],
)
def test_lists_that_are_wrong_are_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**LISTS, **change}))
    with pytest.raises(CollectionError, match=said):
        import_layers(tmp_path / "config.json", tmp_path / "mine")
    assert not (tmp_path / "mine" / "collection.toml").exists()


def test_literals_of_javascript() -> None:
    found = read_constants(
        "const a = [1, -2.5, 0x10, .5, 1e3,], b = 3;\nlet c = {'x y': `t`, 5: null, f() { return 1 }, ...d, g: x => {y}};\n"
        "var e = MODE.destinationIn // c\nconst h = 'a' + 'b'\nconst i = `${e}`;/* const j = 1; */ const k = !0;"
    )
    assert found["a"] == [1, -2.5, 16, 0.5, 1000] and found["e"] == "destination-in"
    assert found["c"] == {"x y": "t", "5": None, "f": UNREAD, "g": UNREAD}
    assert (found["h"], found["i"], found["k"], "j" in found) == (UNREAD, UNREAD, UNREAD, False)


@pytest.mark.parametrize("text, said", [("const a = [1,\n{", "line"), ("const a = {b: [1}", "line 1")])
def test_javascript_that_does_not_end_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_constants(text)


def test_deep_brackets_do_not_end_the_process() -> None:
    with pytest.raises(UsageError, match="more than 60 brackets"):
        read_constants("const a = " + "[" * 5000)
