"""Reference pictures: compared with what diffusers makes of the same embeddings."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import GenerationError, WeightsError
from collection.generate.diffusion.generator import Diffusion
from collection.values import Pixels, Recipe, Style, StyleBlend

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path, tiny_ip_adapter: Path, pictures: Any) -> Diffusion:
    return Diffusion(str(tiny_sd), folder=tiny_ip_adapter.parent, pictures=pictures)


@pytest.fixture
def shown(tiny_sd: Path, diffusion_recipe: Write) -> Callable[..., Recipe]:
    """A recipe whose styles are pictures: `shown({(sha256, ...): weight, ...}, seed)`."""

    def write(styles: dict[tuple[str, ...], float], seed: int = 1, **options: Any) -> Recipe:
        parts = tuple(
            (Style(f"style {number}", references=references), weight)
            for number, (references, weight) in enumerate(styles.items())
        )
        options = {"ip_adapter": "ip.safetensors", "ip_adapter_scale": 0.8, **options}
        return replace(diffusion_recipe(tiny_sd, seed, **options), blend=StyleBlend(parts))

    return write


def render(generator: Diffusion, *recipes: Recipe) -> list[Pixels]:
    return [rendering.pixels for rendering in generator.generate(recipes)]


def by_diffusers(model: Path, adapter: Path, images: dict[str, float], pictures: Any, scale: float) -> Any:
    """The picture that diffusers makes, one at a time, of the weighted mean of the images' embeddings; 0 to 255."""
    import torch
    from diffusers import StableDiffusionPipeline
    from PIL import Image
    from transformers import CLIPImageProcessor

    pipeline = StableDiffusionPipeline.from_pretrained(model)
    processor = CLIPImageProcessor(size=32, crop_size=32)
    pipeline.register_modules(feature_extractor=processor)
    pipeline.load_ip_adapter(str(adapter.parent), subfolder="", weight_name=adapter.name)
    pipeline.set_ip_adapter_scale(scale)
    made = [
        pipeline.prepare_ip_adapter_image_embeds([Image.fromarray(pictures(name))], None, "cpu", 1, True)[0]
        for name in images
    ]
    mean = sum(weight * embeds for weight, embeds in zip(images.values(), made, strict=True))
    return (
        255
        * pipeline(
            "a cat",
            num_inference_steps=2,
            width=32,
            height=32,
            ip_adapter_image_embeds=[torch.as_tensor(mean)],
            generator=torch.Generator().manual_seed(1),
            output_type="np",
        ).images[0]
    )


def test_one_picture_is_what_diffusers_makes_of_it(
    sd: Diffusion, tiny_sd: Path, tiny_ip_adapter: Path, pictures: Any, shown: Callable[..., Recipe]
) -> None:
    name = pictures.noise(1)
    (found,) = render(sd, shown({(name,): 1.0}))
    assert np.abs(found - by_diffusers(tiny_sd, tiny_ip_adapter, {name: 1.0}, pictures, 0.8)).max() <= 0.51
    (plain,) = render(sd, shown({(): 1.0}))
    assert np.abs(found.astype(int) - plain).max() > 8


def test_a_blend_is_the_weighted_mean_of_styles_and_of_the_pictures_of_each(
    sd: Diffusion, tiny_sd: Path, tiny_ip_adapter: Path, pictures: Any, shown: Callable[..., Recipe]
) -> None:
    """A style without pictures leaves its part to the text: the scale is that of the styles that have some."""
    one, two, three = (pictures.noise(seed) for seed in (1, 2, 3))
    (found,) = render(sd, shown({(one, two): 0.4, (three,): 0.1, (): 0.5}))
    mean = {one: 0.4, two: 0.4, three: 0.2}
    assert np.abs(found - by_diffusers(tiny_sd, tiny_ip_adapter, mean, pictures, 0.8 * 0.5)).max() <= 0.51


def test_blends_in_one_call_do_not_mix(sd: Diffusion, pictures: Any, shown: Callable[..., Recipe]) -> None:
    """Where diffusers is given a batch of different references, every picture gets the same mixture of all."""
    one, two = pictures.noise(1), pictures.noise(2)
    recipes = [
        shown(styles, seed=7) for styles in ({(one,): 1.0}, {(two,): 1.0}, {(): 1.0}, {(one,): 0.5, (two,): 0.5})
    ]
    together = render(sd, *recipes)
    assert all(np.array_equal(each, render(sd, recipe)[0]) for each, recipe in zip(together, recipes, strict=True))
    assert len({picture.tobytes() for picture in together}) == 4


def test_a_recipe_without_references_never_notices(
    sd: Diffusion, tiny_sd: Path, pictures: Any, shown: Callable[..., Recipe], diffusion_recipe: Write
) -> None:
    plain = diffusion_recipe(tiny_sd)
    render(sd, shown({(pictures.noise(1),): 1.0}))
    assert np.array_equal(render(sd, plain)[0], render(Diffusion(str(tiny_sd)), plain)[0])


def test_both_files_are_recorded(sd: Diffusion, pictures: Any, shown: Callable[..., Recipe]) -> None:
    (rendering,) = sd.generate([shown({(pictures.noise(1),): 1.0})])
    assert sorted(rendering.identity["adapters"]) == ["image_encoder/model.safetensors", "ip.safetensors"]


def test_without_an_adapter_references_are_refused(sd: Diffusion, pictures: Any, shown: Callable[..., Recipe]) -> None:
    with pytest.raises(GenerationError, match="no ip_adapter to look at them with"):
        render(sd, shown({(pictures.noise(1),): 1.0}, ip_adapter=None))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("encoder", "there is no image encoder at"),
        ("ip_adapter.1.to_k_ip.weight", "was made for another model"),
        ("image_proj.", "has no tensor image_proj"),
    ],
)
def test_half_an_adapter_is_refused_by_name(
    tiny_sd: Path,
    tiny_ip_adapter: Path,
    tmp_path: Path,
    pictures: Any,
    shown: Callable[..., Recipe],
    spoil: str,
    words: str,
) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(tiny_ip_adapter.parent, tmp_path / "adapter"))
    if spoil == "encoder":
        shutil.rmtree(folder / "image_encoder")
    tensors = {name: tensor for name, tensor in load_file(tiny_ip_adapter).items() if not name.startswith(spoil)}
    save_file(tensors, folder / tiny_ip_adapter.name)
    with pytest.raises(WeightsError, match=words):
        render(Diffusion(str(tiny_sd), folder=folder, pictures=pictures), shown({(pictures.noise(1),): 1.0}))
