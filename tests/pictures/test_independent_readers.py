"""What our pictures say of themselves, read by programs of others.

sd-parsers is in the `dev` extra. sd-prompt-reader is not: it pins Pillow 10.3.0 and click below 8.2, which no lock of
ours can hold beside it. Its test runs where `sd-prompt-reader-cli` is on the PATH, from an environment of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from collection.pictures.files import encode_png
from collection.values import Recipe, Style, StyleBlend

MADE = {"generator": "diffusion", "weights": {"unet/x.safetensors": "ab" * 32}, "scheduler": "EulerDiscreteScheduler"}
OPTIONS = {"steps": 25, "guidance": 7.5}
INK = StyleBlend(((Style("ink", "ink wash"), 1.0),))
SIZE: dict[str, Any] = {"width": 96, "height": 64}
RECIPES = {
    "sampler": Recipe(
        generator="diffusion", model="harbour", prompt="a cat, (boats:1.2)", negative_prompt="blur, text", **SIZE,
        seed=4123456789, blend=INK, options={**OPTIONS, "scheduler": "DPM++ 2M Karras"},
    ),
    "lines": Recipe(
        generator="diffusion", model="harbour", prompt='Grüße, 灯台: "a"\nb', seed=7, options=OPTIONS, **SIZE
    ),
    "painter": Recipe(generator="painter", model="painter/1", prompt="a harbour", seed=7, blend=INK, **SIZE),
}  # fmt: skip


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The PNG of a recipe."""
    recipe = RECIPES[request.param]
    made = MADE if recipe.generator == "diffusion" else {"generator": "painter"}
    (tmp_path / "a.png").write_bytes(encode_png(np.zeros((64, 96, 3), np.uint8), recipe, made))
    return tmp_path / "a.png"


TOLD = {
    "sampler": {
        "prompt": r"a cat, \(boats:1.2\), ink wash", "negative": "blur, text", "sampler": "DPM++ 2M", "steps": "25",
        "seed": "4123456789", "cfg_scale": "7.5", "scheduler": "Karras", "model": "harbour", "hash": "ababababab",
    },
    "lines": {
        "prompt": 'Grüße, 灯台: "a"\nb', "negative": "", "sampler": "Euler", "steps": "25", "seed": "7",
        "cfg_scale": "7.5", "model": "harbour", "hash": "ababababab",
    },
    "painter": {
        "prompt": "a harbour, ink wash", "negative": "", "sampler": "painter", "steps": "1", "seed": "7",
        "model": "painter/1", "hash": None,
    },
}  # fmt: skip


@pytest.mark.parametrize(("file", "told"), TOLD.items(), indirect=["file"])
def test_sd_parsers_reads_what_the_recipe_says(
    file: Path, told: dict[str, str], missing: Callable[[str], NoReturn]
) -> None:
    try:
        from sd_parsers import ParserManager
    except ImportError:
        missing("no sd-parsers")
    found = ParserManager().parse(file)
    assert found is not None
    (sampler,), (model,) = found.samplers, found.models
    read = {
        "prompt": "".join(prompt.value for prompt in found.prompts), "sampler": sampler.name, "model": model.name,
        "negative": "".join(prompt.value for prompt in found.negative_prompts), "hash": model.hash,
        **sampler.parameters,
    }  # fmt: skip
    assert read == told
    assert found.metadata["Size"] == "96x64"


@pytest.mark.opt_in("sd-prompt-reader-cli")
@pytest.mark.parametrize(("file", "told"), TOLD.items(), indirect=["file"])
def test_sd_prompt_reader_reads_what_the_recipe_says(file: Path, told: dict[str, str], tmp_path: Path) -> None:
    answer = tmp_path / "told.json"
    command = ["sd-prompt-reader-cli", "-r", "-i", str(file), "-f", "JSON", "-o", str(answer)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    read = json.loads(answer.read_text("utf-8"))
    same = {"prompt": "positive", "negative": "negative", "steps": "steps", "seed": "seed", "model": "model"}
    assert {name: read[theirs] for name, theirs in same.items()} == {name: told[name] for name in same}
    assert (read["sampler"], read["size"]) == (told["sampler"], "96x64")
    assert f"Seed: {told['seed']}" in read["setting"]


@pytest.mark.parametrize("file", ["sampler", "lines"], indirect=True)
def test_exiftool_reads_the_text_as_it_was_written(file: Path, missing: Callable[[str], NoReturn]) -> None:
    program = shutil.which("exiftool") or missing("no exiftool")
    read = json.loads(subprocess.run([program, "-json", file], capture_output=True, check=True).stdout)[0]
    prompt = next(recipe.prompt for recipe in RECIPES.values() if recipe.prompt.split(",")[0] in read["Parameters"])
    first = prompt.split("(")[0].split("\n")[0]
    assert read["Parameters"].startswith(first)
    assert "Steps: 25, Sampler: " in read["Parameters"]
    assert "Size: 96x64" in read["Parameters"]
