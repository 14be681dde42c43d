"""The small pipeline that comes with the package: opened as anybody opens it, it paints what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from collection.config.models import model_presets
from collection.errors import WeightsError
from collection.generate.diffusion.find import PACKAGED, find_model
from collection.generate.diffusion.generator import Diffusion
from collection.models.environment import prepare_torchvision
from collection.values import Pixels, Recipe, Style, StyleBlend

FOLDER = PACKAGED["tiny/2"]
STYLES = ("flat icon style", "shaded icon style")
BLENDED = ("tulip", "cactus", "watermelon", "whale", "sunflower", "penguin")


def recipe(prompt: str, seed: int, weights: Sequence[float] = (), steps: int | None = None) -> Recipe:
    """A picture as the package asks for it; `weights` are those of STYLES."""
    preset = model_presets()["tiny"]
    parts = zip(STYLES, weights, strict=True) if weights else ()
    blend = StyleBlend(tuple((Style(name, prompt=name), weight) for name, weight in parts if weight))
    options = {"steps": steps or preset.steps, "guidance": preset.guidance, "batch_size": 1, "dtype": "auto"}
    return Recipe("diffusion", "tiny/2", seed, preset.size, preset.size, prompt=prompt, blend=blend, options=options)


@pytest.fixture(scope="module")
def painter() -> Diffusion:
    torch.set_num_threads(1)
    return Diffusion("tiny/2", local_files_only=True)


@pytest.fixture(scope="module")
def clip() -> tuple[Any, Any, Any]:
    """The small CLIP by open_clip's own door: pictures and texts to unit vectors, and the scale of its softmax."""
    prepare_torchvision()
    import open_clip
    from PIL import Image

    from collection.judge.encoders.tiny_clip.open_clip_folder import clip_folder

    place = f"local-dir:{clip_folder()}"
    network, prepare = open_clip.create_model_from_pretrained(place)
    tokenizer = open_clip.get_tokenizer(place)
    network.eval()

    def pictures(made: Sequence[Pixels]) -> Any:
        with torch.inference_mode():
            return network.encode_image(torch.stack([prepare(Image.fromarray(one)) for one in made]), normalize=True)

    def texts(said: Sequence[str]) -> Any:
        with torch.inference_mode():
            return network.encode_text(tokenizer([*said]), normalize=True)

    return pictures, texts, float(network.logit_scale.exp())


def test_any_diffusers_opens_the_folder_as_it_is() -> None:
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(FOLDER, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    generator = torch.Generator().manual_seed(1)
    (made,) = pipeline("a whale", num_inference_steps=2, guidance_scale=1, generator=generator, output_type="np").images
    assert made.shape == (128, 128, 3)
    files = [file for file in FOLDER.rglob("*") if file.is_file()]
    assert not [file.name for file in files if file.suffix in (".bin", ".pt", ".ckpt")]
    assert sum(file.stat().st_size for file in files) < 45_000_000, "with the CLIP at most 60 MB in the wheel"


def test_the_list_of_words_comes_with_it(repository: Path) -> None:
    from collection.generate.diffusion.model_words import words_beside

    words = words_beside(FOLDER)
    assert words is not None
    sample = (repository / "samples" / "tiny-diffusion" / "collection.toml").read_text()
    for style in STYLES:
        assert words.read(style).features
        assert style in sample
    for thing in BLENDED:
        assert words.read(thing).features
    assert words.read("a portrait of a queen").unknown == ("portrait", "queen")


def test_the_same_seed_gives_the_same_bytes(painter: Diffusion) -> None:
    asked = [recipe("a whale on a blue background", seed, (1, 0), steps=3) for seed in (5, 6)]
    first, other = (made.pixels for made in painter.generate(asked))
    assert np.array_equal(painter.generate(asked[:1])[0].pixels, first)
    assert np.array_equal(Diffusion("tiny/2", local_files_only=True).generate(asked[:1])[0].pixels, first)
    assert not np.array_equal(first, other)


def test_recipes_of_other_weights_are_refused_with_what_makes_them_anew() -> None:
    with pytest.raises(WeightsError, match="tiny/1 came with another version") as refused:
        find_model("tiny/1", None, local_files_only=True)
    assert refused.value.hint == 'model = "tiny" and `collection plan` make them anew, by tiny/2'


def test_pictures_are_nearer_to_what_was_asked_than_to_other_things(painter: Diffusion, clip: Any) -> None:
    """Each thing among four, and no car in place of a cat."""
    pictures, texts, _ = clip
    things = ("cat", "cactus", "watermelon", "whale")
    made = [
        painter.generate([recipe(f"a {thing}", 10 + seed, (1, 0))])[0].pixels for thing in things for seed in (0, 1)
    ]
    cosines = pictures(made) @ texts([f"a {thing}" for thing in (*things, "car")]).T
    assert cosines[:2, 0].mean() > cosines[:2, 4].mean(), "cats are nearer to a cat than to a car"
    right = cosines[:, :4].argmax(dim=1) == torch.arange(4).repeat_interleave(2)
    assert right.float().mean() >= 0.5, "chance is a quarter"


def test_it_paints_in_a_mask_and_leaves_the_rest() -> None:
    """Its latents have eight channels; diffusers' inpainting speaks of four."""
    ground, mask = (np.full((128, 128, 3), value, np.uint8) for value in ((190, 222, 246), 0))
    mask[32:96, 32:96] = 255
    painter = Diffusion("tiny/2", local_files_only=True, pictures={"ground": ground, "mask": mask}.__getitem__)
    asked = [
        replace(recipe("a penguin", seed, (0, 1), steps=4), init_image="ground", mask_image="mask") for seed in (1, 2)
    ]
    one, other = (painter.generate([each])[0].pixels for each in asked)
    outside = mask[..., 0] == 0
    assert np.array_equal(one[outside], ground[outside])
    assert np.array_equal(other[outside], ground[outside])
    assert one[~outside].std() > 10 and not np.array_equal(one, other)


def test_a_blend_lies_between_its_styles(painter: Diffusion, clip: Any) -> None:
    """Of one thing and seed it is nearer to both than they are to each other, to the CLIP and pixel by pixel."""
    pictures, _, _ = clip
    weights = ((1, 0), (0.5, 0.5), (0, 1))
    made = [painter.generate([recipe(f"a {thing}", 3, pair)])[0].pixels for thing in BLENDED for pair in weights]
    for numbers in (pictures(made), torch.from_numpy(np.stack(made)).float().flatten(1)):
        one, blend, other = numbers.view(len(BLENDED), len(weights), -1).unbind(dim=1)
        apart = (one - other).norm(dim=1).mean()
        assert (one - blend).norm(dim=1).mean() < 0.95 * apart
        assert (blend - other).norm(dim=1).mean() < 0.95 * apart
