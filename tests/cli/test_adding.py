"""Images that people add with the painter: bred, drawn again, filled up, enlarged; and what tells of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collection.config import load_config
from collection.config.models import model_presets
from collection.errors import CollectionError, ImageError, UsageError
from collection.pictures.parameters import read_embedded_metadata
from collection.project import open_project
from collection.store.judging_records import Duplicate

Command = Callable[..., dict[str, Any]]


@pytest.fixture
def grown(tmp_path: Path, finished: Path) -> Path:
    """A copy of the finished project: five images, three tokens."""
    shutil.copytree(finished, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def command(grown: Path) -> Command:
    """Runs a command in this process; returns the object that it prints."""
    from collection_cli.main import app

    def run(*words: object) -> dict[str, Any]:
        done = CliRunner().invoke(app, ["-C", str(grown), *map(str, words), "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    return run


def test_children_are_made_and_their_lineage_is_told(grown: Path, command: Command) -> None:
    assert command("breed", 1, 5, "--children", 3, "--dry-run")["pending"] == 3
    assert command("breed", 1, 5, "--children", 3)["added"] == [6, 7, 8]
    assert command("generate", "--no-score")["made"] == 3
    tree = command("lineage", 6)
    assert tree["origin"] == "breed"
    assert tree["parents"][0]["image"] == 1
    assert 6 in command("lineage", 1)["children"]
    assert command("plan")["retired"] == 0, "a plan keeps them"
    assert command("status")["planned"] == 8


def test_the_tree_as_people_see_it(collection: Any, grown: Path, command: Command) -> None:
    command("breed", 1, 5, "--children", 1, "--immigration", 0)
    command("generate", "--no-score")
    said = collection("-C", grown, "lineage", 6)
    assert said.code == 0
    first, one, other = said.out.splitlines()
    assert first.startswith("0006  breed, seed ")
    assert one.startswith("├── 0001  config")
    assert other.startswith("└── 0005  config")


def test_a_reroll_replaces_for_good_once_it_is_made(grown: Path, command: Command) -> None:
    before = {item.id: item.recipe for item in open_project(grown).store.planned()}
    assert command("reroll", 2) == command("reroll", 4) | {"added": [6], "replaces": [2]}
    command("plan")
    assert [item.id for item in open_project(grown).store.planned()] == [1, 2, 3, 4, 5, 6, 7], "nothing is lost yet"
    assert command("generate", "--no-score")["made"] == 2
    command("plan")
    after = {item.id: item.recipe for item in open_project(grown).store.planned()}
    assert sorted(after) == [1, 3, 5, 6, 7]
    assert after[6].seed != before[2].seed
    assert (after[6].series, after[6].prompt) == (before[2].series, before[2].prompt)
    with pytest.raises(UsageError, match="image 2 is not in the plan any more"):
        command("reroll", 2)


def test_what_was_added_can_be_taken_out_again(grown: Path, command: Command) -> None:
    """Before its image is made and after: what it replaced is in the plan as it was, and so it stays."""
    before = [item.id for item in open_project(grown).store.planned()]
    assert command("reroll", 2)["added"] + command("breed", 1, 5, "--children", 1)["added"] == [6, 7]
    assert command("remove", 6, 7, "--dry-run")["pending"] == 2
    assert command("remove", 6, 7)["back"] == []
    assert [item.id for item in open_project(grown).store.planned()] == before
    command("upscale", 3)
    command("generate", "--no-score")
    assert command("remove", 8)["back"] == [3]
    command("plan")
    assert [item.id for item in open_project(grown).store.planned()] == before
    assert command("upscale", 3)["added"] == [8], "its image is there still, and takes the place at once"
    assert [item.id for item in open_project(grown).store.planned()] == [1, 2, 4, 5, 8]


def test_a_refill_makes_up_for_what_was_set_aside(grown: Path, command: Command) -> None:
    assert command("top-up")["added"] == []
    with open_project(grown) as project:
        project.store.replace_duplicates([Duplicate(2, 1, "phash", 1), Duplicate(3, 1, "phash", 1)], "x", {})
    assert command("top-up")["added"] == [6, 7], "1 of 3 is usable in a series that needs 2: one, and one to lose"
    assert {item.recipe.series for item in open_project(grown).store.planned()[5:]} == {"day"}
    assert command("top-up")["added"] == []


def test_the_painter_enlarges_exactly_and_may_be_rerolled_afterwards(grown: Path, command: Command) -> None:
    chosen = sorted(item.asset_id for item in open_project(grown).store.selection())
    assert command("upscale", "--selected", "--scale", 2)["replaces"] == chosen
    assert command("generate", "--no-score")["made"] == 3
    with open_project(grown) as project:
        large = project.store.asset(6)
        small = project.store.asset(project.store.selection()[0].asset_id)
        assert large and small and large.recipe and small.recipe
        assert (large.width, large.height) == (128, 128)
        assert large.features == small.features
        assert large.recipe.parents == (small.recipe.sha256,)
    assert command("upscale", "--selected")["pending"] == 0, "what was enlarged is not enlarged again"
    assert command("reroll", 6)["added"] == [9]
    again = open_project(grown).store.planned()[-1].recipe
    assert (again.width, again.parents) == (64, ())


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        (("variations", "PNG"), UsageError, "painter cannot begin from a picture"),
        (("inpaint", 1, "--mask", "PNG"), UsageError, "painter cannot inpaint"),
        (("breed", 1, 1), UsageError, "itself"),
        (("breed", 1, 99), UsageError, "no image 99"),
        (("upscale",), UsageError, "--selected"),
        (("upscale", 1, "--selected"), UsageError, "--selected"),
        (("upscale", 1, "--scale", 8, "--model", "PNG"), UsageError, "safetensors"),
        (("recipe", "TOML"), ImageError, "no readable picture"),
        (("remove", 1), UsageError, "recipe 1 was asked for by collection.toml"),
        (("remove", 99), UsageError, "no recipe 99"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_planned(
    grown: Path, command: Command, words: tuple[object, ...], error: type[CollectionError], match: str
) -> None:
    files = {"PNG": sorted(grown.glob("files/*/*.png"))[0], "TOML": grown / "collection.toml"}
    kept = sorted(grown.glob("files/*/*"))
    with pytest.raises(error, match=match):
        command(*(files.get(word, word) if isinstance(word, str) else word for word in words))
    assert len(open_project(grown).store.planned()) == 5
    assert sorted(grown.glob("files/*/*")) == kept


def test_a_picture_tells_its_recipe_outside_of_any_project(collection: Any, finished: Path, tmp_path: Path) -> None:
    picture = shutil.copy(sorted(finished.glob("files/*/*.png"))[0], tmp_path / "found.png")
    said = collection("recipe", picture, "--json", cwd=tmp_path).object
    recipe = read_embedded_metadata(picture.read_bytes(), picture).recipe
    assert recipe
    assert (said["recipe"], said["recipe_sha256"]) == (recipe.as_json(), recipe.sha256)
    assert said["parameters"]["Model"] == "painter/1"
    assert recipe.sha256 in collection("recipe", picture, cwd=tmp_path).out


def test_a_sample_brings_its_pictures(tmp_path: Path, collection: Any) -> None:
    assert collection("new", tmp_path / "studio", "--sample", "sketch").code == 0
    assert collection("-C", tmp_path / "studio", "plan").code == 0
    said = collection("-C", tmp_path / "studio", "variations", tmp_path / "studio" / "sketch.png", "--json")
    assert len(said.object["added"]) == 8


def test_every_listed_model_has_a_license_and_settings_that_a_configuration_takes(
    tmp_path: Path, collection: Any
) -> None:
    listed = collection("models", "--json").object["models"]
    assert [model["name"] for model in listed] == list(model_presets())
    for preset in model_presets().values():
        path = tmp_path / "collection.toml"
        path.write_text(f'title = "T"\nsupply = 1\nseed = 1\n[generator]\nuse = "diffusion"\nmodel = "{preset.name}"\n')
        config = load_config(path)
        generator: Any = config.generator
        assert (generator.model, generator.license, generator.steps) == (preset.model, preset.license, preset.steps)
        assert config.image.size == preset.size
        path.write_text(path.read_text() + "steps = 9\n[image]\nsize = 320\n")
        own: Any = load_config(path)
        assert (own.generator.steps, own.generator.guidance, own.image.size) == (9, preset.guidance, 320)
