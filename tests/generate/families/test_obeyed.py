"""What a recipe says reaches the model, or is refused before anything is computed: in every family, for every key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.errors import CollectionError, GenerationError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.diffusion.generator import Diffusion
from collection.generate.diffusion.plugin import DiffusionPlugin
from collection.generate.diffusion.rehearsal import rehearse
from collection.generate.pictures import LentPictures
from collection.generate.plugin import Context
from collection.values import Recipe, Style, StyleBlend

Write = Callable[..., Recipe]
Make = Callable[[Recipe], bytes]

NAMES = ["sd", "sdxl", "lcm", "sd3", "flux-dev", "flux-schnell", "qwen", "pixart", "kandinsky", "bria"]
CHANGES: dict[str, dict[str, Any]] = {
    "seed": {"seed": 2},
    "prompt": {"prompt": "a dog"},
    "the prompt's end": {"prompt": "x" * 70 + " dog"},
    "a long prompt": {"prompt": "x" * 90},
    "a very long prompt": {"prompt": "x" * 600},
    "negative_prompt": {"negative_prompt": "blur"},
    "negative_prompt without guidance": {"negative_prompt": "blur", "guidance": 1.0},
    "guidance": {"guidance": 7.0},
    "no guidance": {"guidance": 0.0},
    "steps": {"steps": 3},
    "Euler a": {"scheduler": "EulerAncestral"},
    "DDPM": {"scheduler": "DDPM"},
    "TCD": {"scheduler": "TCD"},
    "SDE Karras": {"scheduler": "DPMSolverMultistepSDE Karras"},
    "size": {"width": 64},
    "a size for no latent": {"width": 36},
    "a style": {"styles": {"ink": 1}},
    "a later blend": {"switch_to": StyleBlend(((Style("oil", "oil"), 1.0),))},
    "batches": {"batch_size": 3},
    "init_image": {"init_image": "picture"},
    "strength without a step": {"init_image": "picture", "strength": 0.3},
    "vae": {"vae": "nowhere"},
}
"""What is changed of a recipe of guidance 3 and 2 steps."""
UNSEEN = {"batches"}
"""What changes the last bits only."""


@pytest.fixture(scope="module")
def folder(family: Callable[[str], Path], tiny_sd: Path, tiny_sdxl: Path, tiny_lcm: Path) -> Callable[[str], Path]:
    """The folder of each tiny model."""
    own = {"sd": tiny_sd, "sdxl": tiny_sdxl, "lcm": tiny_lcm}
    return lambda name: own[name] if name in own else family(name)


@pytest.fixture(scope="module")
def made(pictures: Any) -> Make:
    """The pixels of a recipe; each model is opened once."""
    opened: dict[str, Diffusion] = {}

    def make(recipe: Recipe) -> bytes:
        generator = opened.setdefault(recipe.model, Diffusion(recipe.model, device="cpu", pictures=pictures))
        [rendering] = generator.generate([recipe])
        return rendering.pixels.tobytes()

    return make


@pytest.mark.parametrize("name", NAMES)
def test_every_key_changes_the_picture_or_is_refused_when_it_is_planned(
    name: str, folder: Callable[[str], Path], made: Make, diffusion_recipe: Write, pictures: Any
) -> None:
    plain, model = {"batch_size": 1, "guidance": 3.0}, folder(name)
    before = made(diffusion_recipe(model, **plain))
    ignored, late = [], []
    for what, change in CHANGES.items():
        begun = {"init_image": pictures.noise(1)} if "init_image" in change else {}
        recipe = diffusion_recipe(model, **{**plain, **change, **begun})
        try:
            rehearse([BatchItem.of(recipe)], model, Path())
        except CollectionError:
            with pytest.raises(CollectionError):
                made(recipe)
            continue
        try:
            ignored += [what] if made(recipe) == before and what not in UNSEEN else []
        except CollectionError as error:
            late.append(f"{what}: {error.message}")
    assert (ignored, late) == ([], [])


@pytest.mark.parametrize(
    ("name", "scale", "negative"), [("qwen", 4.0, "blur"), ("flux-schnell", 4.0, ""), ("sd3", 2.0, "blur")]
)
def test_guidance_is_what_the_recipe_says(
    name: str, scale: float, negative: str, folder: Callable[[str], Path], made: Make, diffusion_recipe: Write
) -> None:
    """As diffusers makes the picture that is told the same by the names that its pipeline has."""
    import numpy as np
    import torch
    from diffusers import DiffusionPipeline

    model = folder(name)
    said = {"guidance_scale": scale, "negative_prompt": negative} if name == "sd3" else {
        "true_cfg_scale": scale, "negative_prompt": negative or " "
    }  # fmt: skip
    pipeline = DiffusionPipeline.from_pretrained(model)
    result = pipeline(
        "a cat", num_inference_steps=2, width=32, height=32, generator=[torch.Generator().manual_seed(5)],
        output_type="np", **said,
    )  # fmt: skip
    pixels = np.frombuffer(
        made(diffusion_recipe(model, 5, batch_size=1, guidance=scale, negative_prompt=negative)), np.uint8
    )
    assert np.abs(pixels / 255 - result.images[0].ravel()).max() < 0.01


def test_a_text_that_one_encoder_reads_whole_is_read(
    folder: Callable[[str], Path], made: Make, diffusion_recipe: Write
) -> None:
    """The CLIPs of Stable Diffusion 3 stop after 77 tokens, its T5 after 256, its end among them."""
    model = folder("sd3")
    plain = {"batch_size": 1, "guidance": 3.0}
    assert made(diffusion_recipe(model, prompt="x" * 200 + "a", **plain)) != made(
        diffusion_recipe(model, prompt="x" * 200 + "b", **plain)
    )
    with pytest.raises(CollectionError, match="'xyz' would be cut off"):
        made(diffusion_recipe(model, prompt="x" * 254 + "xyz", **plain))
    with pytest.raises(CollectionError, match="reads no prompt in chunks"):
        made(diffusion_recipe(model, prompt="x" * 300, long_prompt="chunk", **plain))
    [cut] = Diffusion(str(model)).generate(
        [diffusion_recipe(model, prompt="x" * 254 + "xyz", long_prompt="truncate", **plain)]
    )
    assert cut.warnings[0].endswith("was cut: 'xyz' was not read")


def test_styles_that_say_nothing_are_refused_when_they_are_planned(
    tiny_sd: Path, diffusion_recipe: Write, tmp_path: Path, pictures: Any
) -> None:
    """A style without words beside one with words does something: it takes its weight from the other."""
    plugin, context = DiffusionPlugin(), Context(tmp_path, LentPictures(pictures), lambda *_: tmp_path, lambda _: [])
    assert plugin.check_recipes([diffusion_recipe(tiny_sd, styles={"": 1, "ink": 1})], context) == []
    with pytest.raises(GenerationError, match="style plain says nothing to a diffusion model"):
        plugin.check_recipes([diffusion_recipe(tiny_sd, styles={"": 1})], context)
