"""A generator of somebody else's package: used like the built-in ones, and alone in its faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.config import Config, load_config
from collection.errors import ConfigError, GenerationError
from collection.generate.registry import GENERATORS, build_generator, check_generator
from collection.generate.routing import Router
from collection.plan.breeding import breed
from collection.plan.forecast import forecast
from collection.plan.plan import Plan
from collection.store.files import Files
from collection.values import Recipe

SPIRALS = """\
title = "Spirals"
supply = 3
candidates = 4
seed = 5

[image]
size = 64

[generator]
use = "spiral"
arms = 5

[styles.plain]

[[series]]
name = "arms"
prompt = "a spiral"
axes.cross.arms = [2, 4]
axes.cross.turns = [1, 3.5]
"""


@pytest.fixture
def project(tmp_path: Path, third_party: Callable[[str], Path]) -> Path:
    third_party("generator")
    (tmp_path / "collection.toml").write_text(SPIRALS)
    return tmp_path


def changed(project: Path, old: str, new: str) -> Config:
    path = project / "collection.toml"
    path.write_text(SPIRALS.replace(old, new))
    return load_config(path)


def router(folder: Path, **generator: Any) -> Router:
    table = {"generator": generator} if generator else {}
    return build_generator(Config.model_validate({"title": "x", "supply": 1, "seed": 1, **table}), Files(folder))


def test_its_table_is_read_with_its_limits(project: Path) -> None:
    config = load_config(project / "collection.toml")
    assert config.generator.settings() == ("spiral/1", {"arms": 5, "turns": 2.5})
    assert config.effective()["generator"]["workshop"] == "here"
    assert config.generator.default_batch_size == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("arms = 5", "arms = 12", ["collection.toml:11: generator.arms = 12", "at most 9 is wanted"]),
        ("arms = 5", "arm = 5", ["collection.toml:11: unknown key generator.arm; did you mean arms?"]),
        ("arms = 5", 'arms = "5"', ["collection.toml:11: generator.arms = '5'"]),
        ('"spiral"', '"spirral"', ["collection.toml:10: generator.use", "did you mean spiral?", "painter, diffusion"]),
        ('"spiral"', '"tiles"', ["collection.toml:10: generator.use", "no such generator"]),
        ("[2, 4]", "[2, 40]", ["series.1.axes.cross.arms", "40 does not fit", "9"]),
        ("cross.arms", "cross.arm", ["no such axis", "did you mean arms?"]),
    ],
)
def test_what_is_wrong_in_its_table_is_said_like_anything_else(
    project: Path, old: str, new: str, words: Sequence[str]
) -> None:
    with pytest.raises(ConfigError) as refused:
        changed(project, old, new)
    for word in words:
        assert word in refused.value.message


def test_the_schema_and_its_hints_know_its_keys(project: Path) -> None:
    (table,) = (
        table
        for table in Config.model_json_schema()["properties"]["generator"]["oneOf"]
        if table["properties"]["use"]["const"] == "spiral"
    )
    assert table["properties"]["arms"]["maximum"] == 9
    assert table["properties"]["turns"]["description"] == "Turns from the middle to the edge."
    with pytest.raises(ConfigError) as refused:
        changed(project, "arms = 5", "legs = 5")
    assert refused.value.hint == "known here: arms, artist, engine, share, turns, use, workshop"


def test_its_settings_are_axes_and_its_recipes_are_bred_within_its_limits(project: Path) -> None:
    recipes = Plan(load_config(project / "collection.toml"), {}).recipes
    assert [recipe.options for recipe in recipes] == [
        {"arms": arms, "turns": turns} for arms in (2, 4) for turns in (1, 3.5)
    ]
    first, second, *others = recipes
    children = breed(first, second, others, 12, seed="s", mutation=1.0)
    assert all(1 <= child.options["arms"] <= 9 and 0 < child.options["turns"] <= 20 for child in children)
    assert len({child.options["turns"] for child in children}) > 4
    assert all(isinstance(child.options["arms"], int) for child in children)


def test_its_key_of_styles_goes_from_the_file_to_its_pictures(project: Path) -> None:
    plain = Plan(load_config(project / "collection.toml"), {}).recipes[0]
    config = changed(project, "[styles.plain]", '[styles.plain]\nspiral = "tight"\nprompt = "wound"')
    tight = Plan(config, {}).recipes[0]
    assert plain.as_json()["blend"] == [{"name": "plain", "painter": "plain", "weight": 1.0}], "as without the package"
    said = {"name": "plain", "prompt": "wound", "painter": "plain", "spiral": "tight", "weight": 1.0}
    assert tight.as_json()["blend"] == [said]
    assert Recipe.from_json(tight.as_json()) == tight
    render = router(project).generate
    assert (render([plain])[0].pixels != render([tight])[0].pixels).any()
    foreign = Recipe.from_json({**tight.as_json(), "blend": [{**said, "spiral": "wild", "comb": [1, {"a": None}]}]})
    with pytest.raises(GenerationError, match="style plain: spiral: 'tight' or 'loose' is wanted"):
        render([foreign])
    assert config.effective()["styles"]["plain"]["spiral"] == "tight"


STYLE_KEYS = [
    "prompt", "artist", "share", "painter", "lora", "reference", "latent_class", "latent", "latent_direction",
    "latent_scale", "picture", "network", "region", "spiral",
]  # fmt: skip
"""The keys of every style, and that of the installed package."""


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ('spiral = "wild"', "styles.plain.spiral = 'wild': 'tight' or 'loose' is wanted", "--schema"),
        ('spirl = "tight"', "unknown key styles.plain.spirl; did you mean spiral?", ", ".join(sorted(STYLE_KEYS))),
        ('lra = "x"', "unknown key styles.plain.lra; did you mean lora?", ", ".join(sorted(STYLE_KEYS))),
        ("lora = 3", "styles.plain.lora = 3", "--schema"),
    ],
)
def test_what_is_wrong_in_a_style_is_said_like_anything_else(project: Path, line: str, words: str, hint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        changed(project, "[styles.plain]", f"[styles.plain]\n{line}")
    assert refused.value.message.startswith(f"{project / 'collection.toml'}:14: {words}")
    assert hint in str(refused.value.hint)


def test_every_mistake_of_a_style_is_told(project: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        changed(project, "[styles.plain]", "[styles.plain]\nprompt = 1\nspiral = 2\nsprial = 3")
    assert len(refused.value.problems) == 3


def test_the_schema_knows_the_keys_of_styles(project: Path) -> None:
    (style,) = Config.model_json_schema()["properties"]["styles"]["patternProperties"].values()
    assert list(style["properties"]) == STYLE_KEYS
    assert style["properties"]["spiral"]["description"] == "How near to each other the turns of the style lie."
    assert style["additionalProperties"] is False


def test_a_key_of_styles_whose_package_is_gone_is_unknown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "collection.toml").write_text(SPIRALS.replace('"spiral"\narms = 5', '"painter"').split("axes")[0])
    text = (project / "collection.toml").read_text()
    load_config(project / "collection.toml")
    (project / "collection.toml").write_text(text.replace("[styles.plain]", '[styles.plain]\nspiral = "tight"'))
    assert load_config(project / "collection.toml"), "a style may say what it is to a generator that is not in use"
    monkeypatch.undo()
    with pytest.raises(ConfigError, match=r"unknown key styles\.plain\.spiral"):
        load_config(project / "collection.toml")


def test_its_estimate_reaches_the_forecast(project: Path) -> None:
    config = load_config(project / "collection.toml")
    recipes = Plan(config, {}).recipes
    told = forecast(config, recipes, None, None, 0)
    assert told.seconds == pytest.approx(4 * 64 * 64 * 1e-7)
    assert (told.bytes, told.bytes_source) == (4 * 64 * 64 * 2, "spirals on one core")


def test_what_it_cannot_do_is_refused_before_and_when_it_is_asked(project: Path) -> None:
    wrong = changed(project, "[styles.plain]", "[styles.plain]\n[styles.bold]")
    check_generator(wrong)  # without a blend nothing is asked
    mixed = SPIRALS.replace("[styles.plain]", "[styles.plain]\n[styles.bold]")
    mixed = mixed.replace('prompt = "a spiral"', 'prompt = "a spiral"\nblend = {plain = 1, bold = 1}')
    (project / "collection.toml").write_text(mixed)
    with pytest.raises(ConfigError, match="spiral cannot mix styles"):
        check_generator(load_config(project / "collection.toml"))
    (project / "collection.toml").write_text(SPIRALS.replace("size = 64", "size = 4096"))
    with pytest.raises(ConfigError, match="spiral makes at most 2048 pixels a side"):
        check_generator(load_config(project / "collection.toml"))
    recipe = Plan(load_config(project / "collection.toml"), {}).recipes[0]
    render = router(project).generate
    for asked, words in (
        (replace(recipe, init_image="ab"), "spiral cannot begin from a picture"),
        (replace(recipe, options={"arms": 99}), "spiral option arms = 99"),
        (replace(recipe, options={"legs": 2}), 'spiral has no option "legs"'),
        (replace(recipe, model="spiral/2"), "these are spiral/1"),
    ):
        with pytest.raises(GenerationError, match=words):
            render([asked])


def test_a_project_of_it_goes_from_a_plan_to_metadata_with_its_license(
    project: Path, script: Callable[..., Any], forks: Callable[..., Any]
) -> None:
    collection = forks()
    for words in (["plan"], ["generate", "--no-score"], ["status"]):
        done = collection("-C", project, *words, "--json")
        assert done.code == 0, done
    assert done.object["generated"] == 4
    done = script("-C", project, "doctor", "--json")
    found = [check["found"] for check in done.object["checks"] if check["what"] == "generator spiral"]
    assert found == ["spiral/1, drawn here"]
    from collection.project import open_project
    from collection.publish.metadata import token_metadata

    with open_project(project) as opened:
        assets = opened.store.assets()
        assert [asset.features for asset in assets] == [{"Arms": "2"}, {"Arms": "2"}, {"Arms": "4"}, {"Arms": "4"}]
        metadata = token_metadata(opened.config, assets[0], 1, "cid")
    assert metadata["properties"]["model_license"] == "CC0-1.0"
    record = metadata["properties"]["generator"]
    assert (record["generator"], record["model"], record["engine"]) == ("spiral", "spiral/1", "spiral/1")
    done = collection("-C", project, "generate", "--check", "4", "--json")
    assert done.code == 0, done


def test_doctor_asks_generators_for_their_packages(project: Path) -> None:
    from collection.stages.doctor import checkup

    checks = {check.what: check for check in checkup(project)}
    missing = checks["collection-of-nowhere"]
    assert (missing.ok, missing.needed) == (False, False), "another's package is no part of the house"
    assert missing.found == "not installed (for generator spiral)"
    assert checks["resvg_py"].ok and checks["resvg_py"].needed
    assert not checks["spandrel"].needed, "no project can name the upscaler as its generator"
    assert "diffusion" in checks["device"].found or "processor" not in checks["device"].found


def test_the_schema_of_the_command_has_it(project: Path, script: Callable[..., Any]) -> None:
    said = script("-C", project, "config", "--schema")
    assert "Turns from the middle to the edge." in json.dumps(json.loads(said.out))


BROKEN = {
    "raises": "RuntimeError: the driver is missing",
    "thing": "a GeneratorPlugin was expected, not dict",
    "misnamed": "it calls itself 'other'",
    "packed": "its packages are no tuple of names of distributions",
    "painter": "adds a generator of a built-in name",
}


def test_broken_packages_are_named_and_the_rest_works(project: Path, third_party: Callable[[str], Path]) -> None:
    third_party("broken_generators")
    failures = {failure.what.removeprefix("generator "): failure.why for failure in GENERATORS.failures()}
    assert sorted(failures) == sorted(BROKEN)
    for name, reason in BROKEN.items():
        assert reason in failures[name]
        assert "broken-generators 0.1" in failures[name]
    assert load_config(project / "collection.toml").generator.use == "spiral"
    for name in ("raises", "thing"):
        with pytest.raises(ConfigError) as refused:
            changed(project, '"spiral"\narms = 5', f'"{name}"')
        assert "broken-generators 0.1" in refused.value.message
        assert refused.value.message.startswith(f"{project / 'collection.toml'}:10: generator.use")
    painted = Recipe("painter", "painter/1", 1, 64, 64)
    assert router(project).generate([painted])[0].identity["engine"] == "painter/1", "a name is not taken over"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("small", r"small returned uint8 pixels of shape \(63, 64, 3\), not uint8 of shape \(64, 64, 3\)"),
        ("floats", "floats returned float64 pixels"),
        ("lists", "lists returned pixels in a list, not a numpy array"),
        ("few", "few returned 0 pictures for 1 recipe"),
        ("secretive", "secretive says of itself what is no JSON"),
        ("closed", "closed cannot be opened: OSError: no such device"),
        ("raises", "RuntimeError: the driver is missing"),
        ("misnamed", "it calls itself 'other'"),
    ],
)
def test_a_broken_promise_costs_only_its_own_recipe(
    project: Path, third_party: Callable[[str], Path], name: str, words: str
) -> None:
    third_party("broken_generators")
    render = router(project).generate
    recipe = Recipe(name, "m", 1, 64, 64)
    for _ in range(2):  # the second time from memory
        with pytest.raises(GenerationError, match=words):
            render([recipe])
    assert render([Recipe("painter", "painter/1", 1, 64, 64)])


def test_a_claim_that_is_not_kept_is_named(project: Path, third_party: Callable[[str], Path]) -> None:
    third_party("broken_generators")
    render = router(project).generate
    with pytest.raises(GenerationError, match="boaster failed: NotImplementedError: pictures to begin from"):
        render([Recipe("boaster", "m", 1, 64, 64, init_image="ab")])
    assert render([Recipe("boaster", "m", 1, 64, 64)])[0].pixels.dtype == np.uint8


def test_two_packages_of_one_name_are_both_named(project: Path, third_party: Callable[[str], Path]) -> None:
    third_party("same_generator")
    with pytest.raises(ConfigError) as refused:
        load_config(project / "collection.toml")
    assert "other-spirals 3.0 and spiral-generator 1.2 each add" in refused.value.message
    assert router(project).generate([Recipe("painter", "painter/1", 1, 64, 64)])
    with pytest.raises(GenerationError, match="each add"):
        router(project).generate([Recipe("spiral", "spiral/1", 1, 64, 64, options={"arms": 2, "turns": 1})])
