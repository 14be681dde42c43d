"""The diffusion generator on real, tiny pipelines: what a picture depends on, and what it must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from collection.config.samplers import SAMPLERS
from collection.errors import CollectionError, GenerationError, UsageError
from collection.generate.diffusion.generator import Diffusion
from collection.models.device import resolve_device, resolve_dtype
from collection.values import ImageGenerator, Pixels, Recipe, Rendering

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path) -> Diffusion:
    return Diffusion(str(tiny_sd), batch_size=4)


@pytest.fixture(scope="module")
def sdxl(tiny_sdxl: Path) -> Diffusion:
    return Diffusion(str(tiny_sdxl))


@pytest.fixture(scope="module")
def lcm(tiny_lcm: Path) -> Diffusion:
    return Diffusion(str(tiny_lcm))


def pixels(generator: ImageGenerator, recipes: Sequence[Recipe]) -> list[Pixels]:
    return [rendering.pixels for rendering in generator.generate(recipes)]


def alike(one: Sequence[Pixels], other: Sequence[Pixels]) -> list[bool]:
    return [np.array_equal(a, b) for a, b in zip(one, other, strict=True)]


def digests(renderings: Sequence[Rendering]) -> list[str]:
    return [sha256(rendering.pixels.tobytes()).hexdigest() for rendering in renderings]


def test_a_picture_is_rgb_of_the_size_asked_for(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    (picture,) = pixels(sd, [diffusion_recipe(tiny_sd, width=48, height=32)])
    assert (picture.shape, picture.dtype, picture.std() > 1) == ((32, 48, 3), np.uint8, True)


def test_another_process_makes_the_same_bytes_without_a_word(
    sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write
) -> None:
    recipes = [diffusion_recipe(tiny_sd, seed, styles={"ink": 2, "oil": 1}) for seed in (1, 2**40, 3)]
    script = """
import sys, json
from collection.generate.diffusion.generator import Diffusion
from collection.values import Recipe
recipes = [Recipe.from_json(value) for value in json.loads(sys.stdin.read())]
from hashlib import sha256
made = Diffusion(recipes[0].model).generate(recipes)
print(json.dumps([sha256(rendering.pixels.tobytes()).hexdigest() for rendering in made]))
"""
    given = json.dumps([recipe.as_json() for recipe in recipes])
    other = subprocess.run(
        [sys.executable, "-c", script],
        input=given,
        env={**os.environ, "OMP_NUM_THREADS": str(sd.identity["threads"])},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert json.loads(other.stdout) == digests(sd.generate(recipes))
    assert other.stderr == ""


def test_seeds_prompts_styles_and_options_each_change_the_picture(
    sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write
) -> None:
    variants = [
        diffusion_recipe(tiny_sd),
        diffusion_recipe(tiny_sd, 2),
        diffusion_recipe(tiny_sd, 1 + 2**32),
        diffusion_recipe(tiny_sd, prompt="a dog"),
        diffusion_recipe(tiny_sd, styles={"ink": 1}),
        diffusion_recipe(tiny_sd, styles={"ink": 0.5, "oil": 0.5}),
        diffusion_recipe(tiny_sd, negative_prompt="blur"),
        diffusion_recipe(tiny_sd, steps=3),
        diffusion_recipe(tiny_sd, guidance=3.0),
        diffusion_recipe(tiny_sd, scheduler="Euler"),
    ]
    assert len(set(digests(sd.generate(variants)))) == len(variants)


@pytest.mark.parametrize("which", ["sd", "sdxl", "lcm"])
def test_neighbours_order_and_padding_do_not_matter(
    which: str, request: pytest.FixtureRequest, diffusion_recipe: Write
) -> None:
    generator: Diffusion = request.getfixturevalue(which)
    prompts = ["a cat", "dogs", "a cat", "x", "a hat", "sea"]
    recipes = [
        diffusion_recipe(generator.model, seed, prompt=prompt, styles={"ink": seed, "oil": 1})
        for seed, prompt in enumerate(prompts)
    ]
    together = pixels(generator, recipes)
    backwards = pixels(generator, recipes[::-1])[::-1]
    alone = [pixels(generator, [recipe])[0] for recipe in recipes]
    assert alike(together, backwards) == alike(together, alone) == [True] * 6


def test_recipes_of_different_shapes_come_back_in_order(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    recipes = [diffusion_recipe(tiny_sd, seed, width=32 + 16 * (seed % 2), steps=1 + seed % 3) for seed in range(6)]
    together = pixels(sd, recipes)
    assert [picture.shape[1] for picture in together] == [32, 48, 32, 48, 32, 48]
    assert alike(together, [pixels(sd, [recipe])[0] for recipe in recipes]) == [True] * 6
    assert sd.generate([]) == []


@pytest.mark.parametrize("scheduler", SAMPLERS)
def test_every_scheduler_repeats_itself_at_any_place(
    sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write, scheduler: str
) -> None:
    recipes = [diffusion_recipe(tiny_sd, seed, scheduler=scheduler, steps=4) for seed in range(4)]
    first = pixels(sd, recipes)
    assert alike(first, pixels(sd, recipes[::-1])[::-1]) == [True] * 4
    assert len({picture.tobytes() for picture in first}) == 4


def test_the_picture_is_the_one_that_diffusers_makes_of_the_recipe(
    sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write
) -> None:
    """The same seed in a plain diffusers script: equal but for the rounding of another batch shape."""
    import torch
    from diffusers import StableDiffusionPipeline

    theirs = StableDiffusionPipeline.from_pretrained(tiny_sd)(
        "a cat, ink",
        negative_prompt="blur",
        num_inference_steps=3,
        guidance_scale=4.0,
        width=32,
        height=32,
        generator=torch.Generator().manual_seed(9),
        output_type="np",
    ).images[0]
    recipe = diffusion_recipe(tiny_sd, 9, styles={"ink": 1}, negative_prompt="blur", steps=3, guidance=4.0)
    (ours,) = pixels(sd, [recipe])
    assert np.abs(ours - theirs * 255).max() <= 0.51


def test_identity_says_what_ran_and_no_recipe_changes_it(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    import torch

    fresh = dict(Diffusion(str(tiny_sd)).identity)
    sd.generate([diffusion_recipe(tiny_sd, scheduler="Euler")])
    assert dict(sd.identity) == fresh == json.loads(json.dumps(fresh))
    unet = "unet/diffusion_pytorch_model.safetensors"
    assert fresh["weights"][unet] == sha256((tiny_sd / unet).read_bytes()).hexdigest()
    assert sorted(fresh["weights"]) == sorted(
        file.relative_to(tiny_sd).as_posix() for file in tiny_sd.rglob("*.safetensors")
    )
    assert (fresh["pipeline"], fresh["scheduler"]) == ("StableDiffusionPipeline", "DDIMScheduler")
    assert fresh["threads"] == torch.get_num_threads()
    assert fresh["versions"]["torch"] == torch.__version__ or torch.__version__.startswith(fresh["versions"]["torch"])


def test_identity_changes_with_the_thread_count(sd: Diffusion) -> None:
    import torch

    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(threads + 1)
        assert sd.identity["threads"] == threads + 1
    finally:
        torch.set_num_threads(threads)


def test_in_bfloat16_too_a_picture_depends_on_no_neighbour(tiny_sd: Path, diffusion_recipe: Write) -> None:
    """Sixteen bits round so coarsely that another batch shape shows: a lone recipe must be filled up."""
    generator = Diffusion(str(tiny_sd), dtype="bfloat16", device="cpu")
    recipes = [diffusion_recipe(tiny_sd, seed, dtype="bfloat16") for seed in range(3)]
    together = pixels(generator, recipes)
    alone = [pixels(generator, [recipe])[0] for recipe in recipes]
    single = pixels(generator, [diffusion_recipe(tiny_sd, seed, dtype="bfloat16", batch_size=1) for seed in range(3)])
    assert alike(together, pixels(generator, recipes[::-1])[::-1]) == alike(together, alone) == [True] * 3
    assert alike(together, single) != [True] * 3
    assert generator.identity["dtype"] == "bfloat16"


def test_importing_it_loads_no_torch() -> None:
    script = """
import sys
import collection.generate.diffusion
print({"torch", "diffusers", "transformers"} & {*sys.modules})
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "set()", result.stderr


def test_a_negative_prompt_that_the_model_cannot_take_is_refused(lcm: Diffusion, diffusion_recipe: Write) -> None:
    with pytest.raises(GenerationError, match="LatentConsistencyModelPipeline takes no negative prompt"):
        lcm.generate([diffusion_recipe(lcm.model, negative_prompt="blur")])


def test_batch_size_is_what_was_asked_for() -> None:
    assert (Diffusion("m").batch_size, Diffusion("m", batch_size=8).batch_size) == (1, 8)
    with pytest.raises(UsageError, match="batch_size = 0"):
        Diffusion("m", batch_size=0)


def test_auto_is_full_precision_on_a_processor() -> None:
    import torch

    assert resolve_dtype("auto", torch.device("cpu")) is torch.float32
    assert resolve_dtype("float16", torch.device("cpu")) is torch.float16


@pytest.mark.parametrize("device", ["cuda:99", "abacus"])
def test_a_device_that_is_not_here_is_named(device: str) -> None:
    with pytest.raises(GenerationError, match=f"device '{device}'"):
        resolve_device(device)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"model": "another"}, GenerationError, "asks for model 'another'"),
        ({"dtype": "float16"}, GenerationError, "asks for dtype 'float16'"),
        ({"revision": "v2"}, GenerationError, "asks for revision 'v2'"),
        ({"width": 33}, GenerationError, "divisible"),
        ({"scheduler": "Fast"}, UsageError, "scheduler = 'Fast'"),
        ({"stops": 3}, UsageError, '"stops"'),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused_by_name(
    sd: Diffusion, diffusion_recipe: Write, changed: dict[str, object], error: type[CollectionError], words: str
) -> None:
    model = str(changed.pop("model", sd.model))
    with pytest.raises(error, match=words):
        sd.generate([diffusion_recipe(model, **changed)])
