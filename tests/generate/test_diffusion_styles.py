"""Styles as a creator writes them: prompts, LoRAs and reference pictures in one collection.toml."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.config import load_config
from collection.errors import CollectionError, ConfigError
from collection.generate.registry import check_generator
from collection.pictures.files import encode_png
from collection.plan.plan import Plan, plan
from collection.project import open_project
from collection.stages.plan import keep_pictures
from collection.values import Recipe

CONFIG = """\
title = "Three Kinds of Style"
supply = 1
candidates = 2
seed = 7

[image]
size = 64

[generator]
use = "diffusion"
model = {model}
steps = 2
ip_adapter = "adapter/ip.safetensors"
lora_scale = 0.8
switch_at = 0.5

[styles.ink]
prompt = "ink"
lora = "loras/ink.safetensors"
reference = "references/*.png"

[styles.oil]
lora = "loras/oil.safetensors"

[[series]]
prompt = "a cat"
blend = {{ ink = 1, oil = 3 }}
switch_to = {{ oil = 1 }}
"""


@pytest.fixture
def folder(tmp_path: Path, tiny_sd: Path, tiny_loras: Path, tiny_ip_adapter: Path, pictures: Any) -> Path:
    shutil.copytree(tiny_loras, tmp_path / "loras")
    shutil.copytree(tiny_ip_adapter.parent, tmp_path / "adapter")
    (tmp_path / "references").mkdir()
    for seed in (1, 2):
        (tmp_path / f"references/{seed}.png").write_bytes(encode_png(pictures(pictures.noise(seed))))
    (tmp_path / "collection.toml").write_text(CONFIG.format(model=json.dumps(str(tiny_sd))))
    return tmp_path


@pytest.fixture
def changed(folder: Path) -> Callable[[str, str], Path]:
    def change(old: str, new: str) -> Path:
        file = folder / "collection.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        return file

    return change


def test_a_recipe_names_references_by_content_and_says_only_what_was_written(folder: Path) -> None:
    recipe = plan(load_config(folder / "collection.toml"))[0]
    ink, oil = recipe.blend.parts
    files = sorted((folder / "references").iterdir())
    assert ink[0].settings["references"] == [sha256(file.read_bytes()).hexdigest() for file in files]
    assert (ink[0].settings["lora"], ink[1], "references" in oil[0].settings) == ("loras/ink.safetensors", 0.25, False)
    assert [style.name for style, _ in recipe.switch_to.parts] == ["oil"]
    assert {"lora_scale", "switch_at", "ip_adapter"} < {*recipe.options}
    assert {"compile", "vae", "long_prompt", "ip_adapter_scale"}.isdisjoint(recipe.options)
    assert Recipe.from_json(recipe.as_json()) == recipe


def test_the_project_makes_it_and_keeps_the_references(folder: Path) -> None:
    with open_project(folder) as project:
        check_generator(project.config)
        keep_pictures(project)
        recipes = plan(project.config)
        shutil.rmtree(folder / "references")
        made = [project.generator.generate([recipe])[0] for recipe in recipes]
    assert len({rendering.pixels.tobytes() for rendering in made}) == 2
    assert {*made[0].identity["adapters"]} == {
        "adapter/ip.safetensors",
        "image_encoder/model.safetensors",
        "loras/ink.safetensors",
        "loras/oil.safetensors",
    }


def test_a_style_without_a_part_is_made_of_the_others(folder: Path, changed: Callable[[str, str], Path]) -> None:
    file = changed('prompt = "ink"\nlora = "loras/ink.safetensors"\n', "")
    changed("switch_to", "negative_prompt = 'x'\n#")
    with open_project(file.parent) as project:
        keep_pictures(project)
        (recipe, _) = plan(project.config)
        pixels = project.generator.generate([recipe])[0].pixels
    assert (pixels.shape, pixels.dtype) == ((64, 64, 3), np.uint8)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("references/*.png", "paintings/*.png", 'is named "paintings/\\*.png"'),
        ('ip_adapter = "adapter/ip.safetensors"\n', "", "styles.ink: reference pictures need an IP-Adapter"),
        ("switch_to = { oil = 1 }", "switch_to = { olio = 1 }", "no style of that name.*oil"),
        ("switch_at = 0.5", "switch_at = 1.5", "switch_at"),
        ("switch_at = 0.5", 'long_prompt = "cutt"', "long_prompt"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_made(
    changed: Callable[[str, str], Path], old: str, new: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        config = load_config(changed(old, new))
        check_generator(config)
        plan(config)


def test_references_are_read_when_recipes_are_made_and_not_before(changed: Callable[[str, str], Path]) -> None:
    """What only looks at a project (its status, its tokens) opens no reference picture."""
    config = load_config(changed("references/*.png", "paintings/*.png"))
    asked = Plan(config, {})
    assert asked.goals
    assert asked.cells is not None
    with pytest.raises(ConfigError, match="paintings"):
        _ = asked.recipes


def test_the_painter_has_no_switch_to(changed: Callable[[str, str], Path]) -> None:
    file = changed('use = "diffusion"', 'use = "painter"\n[notes]')
    text = file.read_text()
    start, end = text.index("[notes]"), text.index("[styles.ink]")
    file.write_text((text[:start] + text[end:]).replace("oil", "bauhaus").replace("ink", "ukiyo-e"))
    with pytest.raises(CollectionError, match="painter has no steps"):
        check_generator(load_config(file))
