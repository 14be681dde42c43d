"""Each recipe is rendered by the generator and model that it names, whatever the configuration says today."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.config import Config
from collection.errors import GenerationError, WeightsError
from collection.generate.diffusion.generator import Diffusion
from collection.generate.painter.generator import Painter
from collection.generate.registry import build_generator
from collection.generate.routing import Router
from collection.project import open_project
from collection.publish.metadata import token_metadata
from collection.store.files import Files
from collection.values import Recipe

PAINTED = Recipe("painter", "painter/1", 1, 64, 64, prompt="a harbour")
PIPELINE = (
    "collection.models.environment:prepare_torchvision",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
)
PAINTER = """\
title = "Switched"
supply = 2
candidates = 2
seed = 7

[image]
size = 64

[[series]]
prompt = "a cat"
"""
DIFFUSION = PAINTER + "\n[generator]\nuse = 'diffusion'\nmodel = '{model}'\nlicense = 'MIT'\nsteps = 1\n"


def router(folder: Path, **generator: Any) -> Router:
    table = {"generator": generator} if generator else {}
    return build_generator(Config.model_validate({"title": "x", "supply": 1, "seed": 1, **table}), Files(folder))


@pytest.fixture(scope="session")
def other_sd(tmp_path_factory: pytest.TempPathFactory, tiny_sd: Path) -> Path:
    """The tiny pipeline with other weights in its UNet."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("other") / "other-sd"
    shutil.copytree(tiny_sd, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({name: 1.5 * tensor for name, tensor in load_file(weights).items()}, weights, {"format": "pt"})
    return folder


@pytest.fixture(scope="module")
def run(forks: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Runs a command in a folder, which must end with a code; returns its object."""
    collection = forks(*PIPELINE)

    def run(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
        said = collection("-C", folder, *words, "--json")
        assert said.code == code, said
        found: dict[str, Any] = said.object
        return found

    return run


def test_recipes_of_several_models_may_be_mixed_in_one_call(
    tmp_path: Path, tiny_sd: Path, other_sd: Path, diffusion_recipe: Callable[..., Recipe]
) -> None:
    recipes = [diffusion_recipe(tiny_sd), PAINTED, diffusion_recipe(other_sd), replace(PAINTED, seed=2)]
    made = router(tmp_path).generate(recipes)
    alone = [
        Diffusion(str(tiny_sd)).generate(recipes[:1])[0],
        Painter().generate([PAINTED])[0],
        Diffusion(str(other_sd)).generate(recipes[2:3])[0],
        Painter().generate(recipes[3:])[0],
    ]
    for one, other in zip(made, alone, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
    assert not np.array_equal(made[0].pixels, made[2].pixels)
    records = [rendering.identity for rendering in made]
    assert [record["generator"] for record in records] == ["diffusion", "painter", "diffusion", "painter"]
    assert [record["model"] for record in records] == [recipe.model for recipe in recipes]
    assert records[0]["weights"] != records[2]["weights"]
    assert "weights" not in records[1]


def test_one_model_at_a_time_is_kept_in_memory(
    tmp_path: Path, tiny_sd: Path, other_sd: Path, diffusion_recipe: Callable[..., Recipe],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened: list[str] = []
    begin = Diffusion.__init__

    def counted(self: Diffusion, model: str, **how: Any) -> None:
        opened.append(model)
        begin(self, model, **how)

    monkeypatch.setattr(Diffusion, "__init__", counted)
    one, other = diffusion_recipe(tiny_sd), diffusion_recipe(other_sd)
    render = router(tmp_path).generate
    for recipe in (one, replace(one, seed=5), PAINTED, one, other, PAINTED, other):
        render([recipe])
    assert opened == [one.model, other.model], "each is opened once, and the painter drives none out"
    render([one])
    assert opened == [one.model, other.model, one.model]


def test_precision_and_revision_are_the_recipe_s(
    tmp_path: Path, tiny_sd: Path, diffusion_recipe: Callable[..., Recipe]
) -> None:
    render = router(tmp_path, use="diffusion", model=str(tiny_sd), dtype="float32").generate
    first, second = render([diffusion_recipe(tiny_sd), diffusion_recipe(tiny_sd, dtype="bfloat16")])
    assert (first.identity["dtype"], second.identity["dtype"]) == ("float32", "bfloat16")


def test_a_foreign_model_that_is_missing_costs_only_its_own_recipes(
    tmp_path: Path, tiny_sd: Path, diffusion_recipe: Callable[..., Recipe]
) -> None:
    render = router(tmp_path, use="diffusion", model=str(tiny_sd)).generate
    with pytest.raises(GenerationError, match=r"no model folder \./nowhere"):
        render([diffusion_recipe("./nowhere")])
    assert render([diffusion_recipe(tiny_sd)])
    with pytest.raises(WeightsError, match=r"no model folder \./gone"):  # the project's own: nothing can be made
        router(tmp_path, use="diffusion", model="./gone").generate([diffusion_recipe("./gone")])


def test_every_generator_refuses_what_is_another_s(tiny_sd: Path, diffusion_recipe: Callable[..., Recipe]) -> None:
    foreign = diffusion_recipe(tiny_sd)
    for recipe in (foreign, replace(PAINTED, model="painter/2"), replace(PAINTED, generator="tiles")):
        with pytest.raises(GenerationError, match="this is painter painter/1"):
            Painter().generate([recipe])
    with pytest.raises(GenerationError, match="asks for generator 'painter'"):
        Diffusion(str(tiny_sd)).generate([replace(foreign, generator="painter")])


def test_a_relative_model_is_one_of_the_project(
    tmp_path: Path, tiny_sd: Path, monkeypatch: pytest.MonkeyPatch, diffusion_recipe: Callable[..., Recipe]
) -> None:
    """The folder in which a command was typed decides nothing."""
    elsewhere, project = tmp_path / "elsewhere", tmp_path / "project"
    shutil.copytree(tiny_sd, elsewhere / "models" / "sd")
    project.mkdir()
    monkeypatch.chdir(elsewhere)
    with pytest.raises(WeightsError, match=r"no model folder \./models/sd"):
        _ = Diffusion("./models/sd", folder=project).identity
    shutil.copytree(tiny_sd, project / "models" / "sd")
    assert Diffusion("./models/sd", folder=project).generate([diffusion_recipe("./models/sd")])


def test_a_model_axis_is_made_by_each_of_its_models(
    tmp_path: Path, tiny_sd: Path, other_sd: Path, run: Callable[..., dict[str, Any]]
) -> None:
    text = DIFFUSION.format(model=tiny_sd).replace("candidates = 2\n", "")
    axes = f"[series.axes]\ncross = {{model = ['{tiny_sd}', '{other_sd}'], seed = '1-2'}}\n"
    (tmp_path / "collection.toml").write_text(text.replace('prompt = "a cat"\n', f'prompt = "a cat"\n{axes}'))
    run(tmp_path, "plan")
    said = run(tmp_path, "generate", "--no-score")
    assert (said["made"], said["failed"]) == (4, [])
    with open_project(tmp_path) as project:
        assets = project.store.assets()
        metadata = [token_metadata(project.config, asset, asset.id, "cid")["properties"] for asset in assets]
    named = [asset.generator["model"].partition("@")[0] for asset in assets]
    assert named == [tiny_sd.name] * 2 + [other_sd.name] * 2, "names, and no path of this machine"
    assert len({asset.pixel_sha256 for asset in assets}) == 4
    assert assets[0].generator["weights"] != assets[2].generator["weights"]
    licenses = [properties.get("model_license") for properties in metadata]
    assert licenses == ["MIT", "MIT", None, None], "what the file says of one model is not claimed of another"


def test_pending_recipes_survive_a_change_of_generator(
    tmp_path: Path, tiny_sd: Path, run: Callable[..., dict[str, Any]]
) -> None:
    file = tmp_path / "collection.toml"
    file.write_text(DIFFUSION.format(model=tiny_sd))
    run(tmp_path, "plan")
    run(tmp_path, "generate", "--no-score")
    (rerolled,) = run(tmp_path, "reroll", "1")["added"]
    file.write_text(PAINTER)
    run(tmp_path, "plan")
    said = run(tmp_path, "generate", "--no-score")
    assert (said["made"], said["failed"]) == (3, [])
    with open_project(tmp_path) as project:
        assets = {asset.id: asset for asset in project.store.assets()}
        records = {number: asset.generator["generator"] for number, asset in assets.items()}
        metadata = token_metadata(project.config, assets[rerolled], 1, "cid")["properties"]
    assert records[rerolled] == "diffusion"
    assert sorted(records.values()) == ["diffusion"] * (len(records) - 2) + ["painter"] * 2
    assert "model_license" not in metadata, "when it was made, nothing said the license of its model"
    assert run(tmp_path, "generate", "--check", "9")["alike"] == len(assets)
    run(tmp_path, "reroll", str(max(assets)))
    file.write_text(DIFFUSION.format(model=tiny_sd))
    assert run(tmp_path, "generate", "--no-score")["made"] >= 1
    with open_project(tmp_path) as project:
        assert project.store.assets()[-1].generator["generator"] == "painter"


def test_a_set_is_made_again_after_the_configuration_changed(
    tmp_path: Path, tiny_sd: Path, other_sd: Path, run: Callable[..., dict[str, Any]]
) -> None:
    file = tmp_path / "collection.toml"
    file.write_text(DIFFUSION.format(model=tiny_sd) + "\n[verify]\nrerender = 2\n")
    run(tmp_path, "run")
    file.write_text(file.read_text().replace(str(tiny_sd), str(other_sd)).replace("MIT", "GPL-3.0"))
    assert run(tmp_path, "generate", "--check", "2")["alike"] == 2
    said = run(tmp_path, "verify")
    assert (said["proven"], said["rerendered"]) == (2, 2)
    frozen = [json.loads(path.read_text()) for path in tmp_path.glob("files/*/*.json")]
    licenses = [value["properties"]["model_license"] for value in frozen if "properties" in value]
    assert licenses == ["MIT", "MIT"]


def test_a_generator_that_is_gone_is_named_and_its_recipes_stay_pending(
    tmp_path: Path, third_party: Callable[[str], Path], run: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    third_party("generator")
    file = tmp_path / "collection.toml"
    file.write_text(PAINTER + "\n[generator]\nuse = 'spiral'\n")
    for words in (["plan"], ["generate", "--no-score"], ["reroll", "1"]):
        run(tmp_path, *words)
    monkeypatch.delenv("PYTHONPATH")
    file.write_text(PAINTER)
    run(tmp_path, "plan")
    said = run(tmp_path, "generate", "--no-score", code=1)
    assert said["made"] == 2
    (failure,) = said["failed"]
    assert 'the generator "spiral" of this recipe is not installed' in failure["why"]
    third_party("generator")
    assert run(tmp_path, "generate", "--no-score")["made"] == 1


def test_images_that_cannot_be_made_again_are_told_and_never_accused(
    tmp_path: Path, third_party: Callable[[str], Path], run: Callable[..., dict[str, Any]], script: Callable[..., Any]
) -> None:
    third_party("generator")
    file = tmp_path / "collection.toml"
    file.write_text(PAINTER + "\n[generator]\nuse = 'dice'\n")
    for words in (["plan"], ["generate", "--no-score"]):
        run(tmp_path, *words)
    checked = script("-C", tmp_path, "generate", "--check", "9", "--json")
    found = {name: checked.object[name] for name in ("checked", "alike", "not_reproducible", "failed", "complete")}
    assert found == {"checked": 0, "alike": 0, "not_reproducible": 2, "failed": [], "complete": True}
    assert "2 images cannot be rendered again: their generator says so" in checked.err
    for words in (["reroll", "1"], ["generate", "--no-score"]):
        run(tmp_path, *words)
    file.write_text(PAINTER + "\n[verify]\nrerender = 9\n")
    for words in (
        ["plan"],
        ["generate"],
        ["score"],
        ["lock", "3"],
        ["select"],
        ["freeze"],
        ["pin"],
        ["deploy"],
        ["mint"],
    ):
        run(tmp_path, *words)
    said = run(tmp_path, "verify")
    assert (said["proven"], said["rerendered"], said["not_reproducible"], said["failed"]) == (2, 1, 1, [])
    said = run(tmp_path, "generate", "--check", "9")
    assert (said["checked"], said["alike"], said["not_reproducible"]) == (2, 2, 1)
    assert run(tmp_path, "generate", "--check", "9", "--dry-run")["pending"] == 2
    frozen = [json.loads(path.read_text()) for path in tmp_path.glob("files/*/*.json")]
    published = [value["properties"] for value in frozen if "properties" in value]
    records = {each["generator"]["generator"]: each["generator"].get("reproducible") for each in published}
    assert records == {"dice": False, "painter": None}
    makers = {each["made_by"] for each in published}
    assert makers == {
        "a machine, from the recipe below",
        "a machine, from the recipe below, which does not make the same picture twice",
    }


def test_a_lost_file_that_cannot_be_made_again_is_told_as_that(
    tmp_path: Path, third_party: Callable[[str], Path], run: Callable[..., dict[str, Any]]
) -> None:
    third_party("generator")
    (tmp_path / "collection.toml").write_text(PAINTER + "\n[generator]\nuse = 'dice'\n")
    for words in (["plan"], ["generate", "--no-score"]):
        run(tmp_path, *words)
    with open_project(tmp_path) as project:
        lost = project.files.path(project.store.assets()[0].file_sha256)
    kept = lost.read_bytes()
    lost.unlink()
    (failure,) = run(tmp_path, "generate", "--no-score", code=1)["failed"]
    assert failure["what"] == "0001"
    assert failure["why"].endswith("it cannot be rendered again, as its generator says: put the lost file back")
    lost.write_bytes(kept)
    assert run(tmp_path, "generate", "--no-score")["failed"] == []
