"""Image-to-image and inpainting: compared with diffusers, and with the init image where nothing may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import GenerationError
from collection.generate.diffusion.generator import Diffusion
from collection.values import Pixels, Recipe

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path, pictures: Any) -> Diffusion:
    return Diffusion(str(tiny_sd), pictures=pictures)


@pytest.fixture(scope="module")
def sdxl(tiny_sdxl: Path, pictures: Any) -> Diffusion:
    return Diffusion(str(tiny_sdxl), pictures=pictures)


@pytest.fixture(scope="module")
def lcm(tiny_lcm: Path, pictures: Any) -> Diffusion:
    return Diffusion(str(tiny_lcm), pictures=pictures)


def render(generator: Diffusion, *recipes: Recipe) -> list[Pixels]:
    return [rendering.pixels for rendering in generator.generate(recipes)]


def half_mask(pictures: Any, side: int = 32) -> str:
    """White on the right half."""
    mask = np.zeros((side, side, 3), np.uint8)
    mask[:, side // 2 :] = 255
    name: str = pictures.add(mask)
    return name


def test_a_variant_is_what_diffusers_makes_of_the_sketch(
    sd: Diffusion, tiny_sd: Path, pictures: Any, diffusion_recipe: Write
) -> None:
    import torch
    from diffusers import StableDiffusionImg2ImgPipeline
    from PIL import Image

    init_image = pictures.noise(3)
    theirs = StableDiffusionImg2ImgPipeline.from_pretrained(tiny_sd)(
        "a cat",
        image=Image.fromarray(pictures(init_image)),
        strength=0.6,
        num_inference_steps=5,
        generator=torch.Generator().manual_seed(1),
        output_type="np",
    ).images[0]
    (ours,) = render(sd, diffusion_recipe(tiny_sd, init_image=init_image, strength=0.6, steps=5, batch_size=2))
    assert np.abs(ours - theirs * 255).max() <= 0.51


def test_the_repaired_part_is_what_diffusers_makes_of_it_and_the_rest_stays_exactly(
    sd: Diffusion, tiny_sd: Path, pictures: Any, diffusion_recipe: Write
) -> None:
    import torch
    from diffusers import StableDiffusionInpaintPipeline
    from PIL import Image

    init_image, mask = pictures.noise(4), half_mask(pictures)
    theirs = StableDiffusionInpaintPipeline.from_pretrained(tiny_sd)(
        "a cat",
        image=Image.fromarray(pictures(init_image)),
        mask_image=Image.fromarray(pictures(mask)),
        strength=1.0,
        width=32,
        height=32,
        num_inference_steps=3,
        generator=torch.Generator().manual_seed(1),
        output_type="np",
    ).images[0]
    (ours,) = render(sd, diffusion_recipe(tiny_sd, init_image=init_image, mask_image=mask, steps=3, batch_size=2))
    assert np.array_equal(ours[:, :16], pictures(init_image)[:, :16])
    assert np.abs(ours[:, 16:] - theirs[:, 16:] * 255).max() <= 0.51


@pytest.mark.parametrize("which", ["sd", "sdxl", "lcm"])
def test_variants_do_not_depend_on_their_neighbours(
    which: str, request: pytest.FixtureRequest, pictures: Any, diffusion_recipe: Write
) -> None:
    """Sketches, strengths and plain recipes in one call, each as if it were alone."""
    generator: Diffusion = request.getfixturevalue(which)
    recipes = [
        diffusion_recipe(generator.model, seed, steps=4, init_image=init_image, strength=strength)
        for seed, init_image, strength in [
            (1, pictures.noise(1), 0.5),
            (2, pictures.noise(2), 0.5),
            (1, pictures.noise(1), 1.0),
            (1, "", None),
        ]
    ]
    together = render(generator, *recipes)
    assert all(
        np.array_equal(each, render(generator, recipe)[0]) for each, recipe in zip(together, recipes, strict=True)
    )
    assert len({picture.tobytes() for picture in together}) == 4


def test_sdxl_repairs_too(sdxl: Diffusion, pictures: Any, diffusion_recipe: Write) -> None:
    init_image, mask = pictures.noise(4), half_mask(pictures)
    recipes = [diffusion_recipe(sdxl.model, seed, init_image=init_image, mask_image=mask) for seed in (1, 2)]
    one, other = render(sdxl, *recipes)
    assert np.array_equal(one[:, :16], pictures(init_image)[:, :16])
    assert not np.array_equal(one[:, 16:], other[:, 16:])


def test_a_sketch_of_another_shape_is_scaled_to_fill(sd: Diffusion, pictures: Any, diffusion_recipe: Write) -> None:
    """Of a tall picture the middle is taken: its upper and lower quarter leave no trace."""
    tall = np.full((128, 64, 3), 90, np.uint8)
    marked = tall.copy()
    marked[:30] = 255
    marked[98:] = 0
    init_images = [pictures.add(each) for each in (tall, marked, np.full((32, 32, 3), 90, np.uint8))]
    made = render(
        sd, *(diffusion_recipe(sd.model, init_image=init_image, strength=0.5, steps=4) for init_image in init_images)
    )
    assert np.array_equal(made[0], made[2])
    assert np.abs(made[0].astype(int) - made[1])[8:24].max() <= 1


def test_derived_pipelines_keep_sixteen_bits(tiny_sd: Path, pictures: Any, diffusion_recipe: Write) -> None:
    """Made carelessly, an image-to-image pipeline turns the weights that it shares into float32."""
    generator = Diffusion(str(tiny_sd), dtype="bfloat16", device="cpu", pictures=pictures)
    recipe = diffusion_recipe(tiny_sd, dtype="bfloat16")
    before = render(generator, recipe)
    render(generator, replace(recipe, init_image=pictures.noise(1)))
    render(generator, replace(recipe, init_image=pictures.noise(1), mask_image=half_mask(pictures)))
    assert generator.identity["dtype"] == "bfloat16"
    assert np.array_equal(before, render(generator, recipe))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mask_image": "m"}, "has a mask image, but no init image"),
        ({"init_image": "s", "strength": 0.3}, "strength 0.3 of 2 steps leaves no step"),
        ({"init_image": "s", "mask_image": "black"}, "has no white"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    sd: Diffusion, pictures: Any, diffusion_recipe: Write, changed: dict[str, Any], words: str
) -> None:
    named = {"s": pictures.noise(1), "black": pictures.add(np.zeros((32, 32, 3), np.uint8))}
    changed = {name: named.get(value, value) for name, value in changed.items()}
    with pytest.raises(GenerationError, match=words):
        render(sd, diffusion_recipe(sd.model, **changed))


def test_a_consistency_model_cannot_repair(lcm: Diffusion, pictures: Any, diffusion_recipe: Write) -> None:
    with pytest.raises(GenerationError, match="LatentConsistencyModelPipeline cannot paint in a mask"):
        render(lcm, diffusion_recipe(lcm.model, init_image=pictures.noise(1), mask_image=half_mask(pictures)))


def test_a_generator_without_pictures_says_so(tiny_sd: Path, diffusion_recipe: Write) -> None:
    with pytest.raises(GenerationError, match="no store of pictures"):
        render(Diffusion(str(tiny_sd)), diffusion_recipe(tiny_sd, init_image="ab" * 32))
