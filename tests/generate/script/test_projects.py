"""Projects of scripts: what is planned, kept, reported and proven, and what is refused before a series begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import ConfigError, GenerationError, UnavailableError, UsageError
from collection.generate.script.seeded import Rng, token_hash
from collection.project import Project
from collection.stages.explore import ExploreStage
from collection.stages.generate import CheckStage, GenerateStage
from collection.stages.plan import PlanStage
from collection.values import sha256_hex

Make = Callable[..., Project]
QUOTAS = "\n[traits.Palette]\ncount = { Red = 1, Blue = 1 }\n"


def planned(project: Project) -> Project:
    PlanStage(yes=True).run(project)
    return project


def test_quotas_over_declared_features_are_drawn_and_the_others_are_reported(make: Make) -> None:
    project = planned(make(more=QUOTAS))
    assert GenerateStage(judged=False).run(project).complete
    assets = project.store.assets()
    for asset in assets:
        assert asset.recipe and asset.features["Palette"] == asset.recipe.traits["Palette"]
        assert 3 <= int(asset.features["Dots"]) < 9 and not asset.contradicted
    assert {asset.traits["Palette"] for asset in assets} == {"Red", "Blue"}
    assert CheckStage(3).run(project).details["alike"] == 3


def test_the_script_is_kept_and_its_pictures_are_made_again_though_the_file_has_changed(
    make: Make, good: str, tmp_path: Path
) -> None:
    project = planned(make())
    GenerateStage(judged=False).run(project)
    before = [asset.recipe for asset in project.store.assets()]
    pixels = [asset.pixel_sha256 for asset in project.store.assets()]
    assert {recipe.options["sha256"] for recipe in before if recipe} == {sha256_hex(good.encode())}
    changed = planned(make(good.replace("255, 255, 255", "0, 0, 0")))
    assert changed.store.counts()["generated"] == 0, "another script makes other images"
    from collection.pictures.files import pixel_sha256

    again = changed.generator.generate([recipe for recipe in before if recipe])
    assert [pixel_sha256(each.pixels) for each in again] == pixels
    sha256 = sha256_hex(good.encode())
    changed.files.path(sha256, ".py").write_text("def render(): pass")
    fresh = make(good)
    with pytest.raises(GenerationError, match="is not the script that the recipe names"):
        fresh.generator.generate([recipe for recipe in before if recipe])
    changed.files.path(sha256, ".py").unlink()
    with pytest.raises(GenerationError, match="is not in the project"):
        make(good).generator.generate([recipe for recipe in before if recipe])


REFUSED = {
    "the clock": ("features['Dots']", "__import__('time').time_ns() % 50", "gave another picture the second time"),
    "the system": (
        "rng.choice(FEATURES['Palette'])",
        "str(__import__('os').urandom(4))",
        "gave other features (Palette",
    ),
    "an error": ("return picture", "return picture.nothing", "AttributeError"),
    "no function": ("def render", "def paint", "it has no function render"),
}


@pytest.mark.parametrize(("old", "new", "why"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_planned_of_a_script_that_fails(make: Make, good: str, old: str, new: str, why: str) -> None:
    project = make(good.replace(old, new).replace(old.replace("'", '"'), new))
    with pytest.raises(UsageError) as raised:
        planned(project)
    assert why in raised.value.message and project.store.counts()["planned"] == 0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (
            "\n[traits.Palete]\ncount = { Red = 2 }\n",
            'has no feature "Palete", which is a trait; did you mean Pale',
        ),
        ("\n[traits.Palette]\ncount = { Red = 1, Green = 1 }\n", 'does not declare Palette = "Green"'),
    ],
)
def test_traits_must_be_features(make: Make, more: str, why: str) -> None:
    with pytest.raises(UsageError) as raised:
        planned(make(more=more))
    assert why in raised.value.message


def test_values_that_are_not_declared_are_told_of(make: Make) -> None:
    report = PlanStage().run(make(more="\n[traits.Dots]\ncount = { 4 = 1, 5 = 1 }\n"))
    assert any("declares no values of Dots" in note for note in report.notes)


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("dots.sh", "", "dots.sh is no script"),
        ("dots.py", 'libraries = ["p5.js"]', "only a script in JavaScript has libraries"),
        ("dots.py", f'sha256 = "{"0" * 64}"', "generator.sha256 wants 0000"),
    ],
)
def test_a_table_that_cannot_be_is_refused(make: Make, tmp_path: Path, name: str, more: str, why: str) -> None:
    project = make(name=name)
    path = tmp_path / "collection.toml"
    path.write_text(path.read_text().replace("memory = 256", f"memory = 256\n{more}"))
    (tmp_path / "p5.js").touch()
    from collection.project import open_project

    with open_project(tmp_path) as again, pytest.raises((ConfigError, UsageError), match=why):
        planned(again)
    del project


def test_a_script_that_is_not_there_or_no_text_is_named(make: Make, tmp_path: Path) -> None:
    make()
    (tmp_path / "dots.py").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"the script dots.py cannot be read: it is no text in UTF-8"):
        _ = _reopened(tmp_path).plan.recipes
    (tmp_path / "dots.py").unlink()
    with pytest.raises(ConfigError, match=r"dots.py cannot be read: No such file"):
        _ = _reopened(tmp_path).plan.recipes
    with pytest.raises(UnavailableError, match=r"dots.py is no file"):
        from collection.generate.registry import GENERATORS

        project = _reopened(tmp_path)
        GENERATORS.get("script").examine(project.config.generator, tmp_path)


def _reopened(folder: Path) -> Project:
    return Project(folder)


def test_two_scripts_may_be_an_axis(make: Make, good: str, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(good.replace("255, 255, 255", "0, 0, 0"))
    more = '\n[[series]]\nname = "both"\naxes.cross.script = ["dots.py", "other.py"]\naxes.cross.seed = [1, 2]\n'
    project = planned(make(more=more, candidates=4))
    assert GenerateStage(judged=False).run(project).details["made"] == 4
    assert len({asset.pixel_sha256 for asset in project.store.assets()}) == 4


def test_seeds_are_explored_without_planning(make: Make, tmp_path: Path) -> None:
    project = make(more=QUOTAS)
    report = ExploreStage("0-4,9").run(project)
    assert report.details["drawn"] == 6 and (tmp_path / "explore.png").is_file()
    assert project.store.counts()["planned"] == 0 and not list(tmp_path.glob("files/*/*.png"))
    with pytest.raises(UsageError, match='"x" is neither a seed'):
        ExploreStage("x")
    with pytest.raises(UsageError, match='no series "y"'):
        ExploreStage("1", series="y").run(project)


def test_a_seed_that_cannot_be_drawn_is_named_and_the_others_are_shown(make: Make, good: str) -> None:
    script = good.replace("    picture =", f"    if rng.hash == {token_hash(2)!r}: 1 / 0\n    picture =")
    report = ExploreStage("1-3").run(make(script))
    assert report.details["drawn"] == 2 and not report.complete
    assert [failure.what for failure in report.failures] == ["seed 2"]


def test_the_numbers_of_a_hash_are_what_they_were() -> None:
    """Golden: tokens that exist are drawn by them."""
    assert token_hash(7) == "0x" + sha256_hex(b"collection script 7")
    rng = Rng(token_hash(7), "render")
    assert [round(rng.random(), 6) for _ in range(3)] == GOLDEN
    assert Rng(token_hash(7), "features").random() != Rng(token_hash(7), "render").random()
    assert rng.numpy.random() == Rng(token_hash(7), "render").numpy.random()


GOLDEN = [0.904664, 0.29671, 0.996329]


def test_a_recipe_survives_json(make: Make) -> None:
    from collection.values import Recipe

    recipe = make().plan.recipes[0]
    assert Recipe.from_json(json.loads(json.dumps(recipe.as_json()))) == recipe
    assert replace(recipe, seed=recipe.seed).sha256 == recipe.sha256
    assert isinstance(recipe.options, dict) and "timeout" not in recipe.options


def test_an_array_of_numpy_is_a_picture(ask: Callable[..., Any]) -> None:
    script = (
        "import numpy\ndef features(rng): return {'n': 3.0, 'yes': True}\n"
        "def render(rng, features, size): return numpy.full((size[1], size[0], 3), 7, numpy.uint8)\n"
    )
    said, pixels = ask(script)
    assert said["features"] == {"n": "3", "yes": "true"} and set(pixels) == {7}
    assert np.frombuffer(pixels, np.uint8).size == 64 * 64 * 3
