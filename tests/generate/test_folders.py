"""Folders of models as people have them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from collection.errors import WeightsError
from collection.generate.diffusion.find import cached_model
from collection.generate.diffusion.generator import Diffusion
from collection.values import Recipe

Write = Callable[..., Recipe]


@pytest.fixture
def model(tiny_sd: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be changed."""
    return Path(shutil.copytree(tiny_sd, tmp_path / "model"))


@pytest.fixture
def pixels(model: Path, diffusion_recipe: Write) -> Callable[..., bytes]:
    """The picture that a model makes with some options."""
    return lambda **said: (
        Diffusion(str(model)).generate([diffusion_recipe(model, batch_size=1, **said)])[0].pixels.tobytes()
    )


@pytest.mark.parametrize("parts", ["*", "unet", "text_encoder"])
def test_weights_of_a_variant_are_loaded_where_there_are_no_others(
    model: Path, pixels: Callable[..., bytes], parts: str
) -> None:
    before = pixels()
    for file in list(model.glob(f"{parts}/*.safetensors")):
        file.rename(file.with_name(f"{file.stem}.fp16.safetensors"))
    assert pixels() == before
    assert [name for name in Diffusion(str(model)).identity["weights"] if "fp16" in name]


def test_parts_of_different_variants_are_refused(model: Path, pixels: Callable[..., bytes]) -> None:
    for part, variant in (("unet", "fp16"), ("vae", "bf16")):
        (file,) = (model / part).glob("*.safetensors")
        file.rename(file.with_name(f"{file.stem}.{variant}.safetensors"))
    with pytest.raises(WeightsError, match="vae has bf16, unet has fp16"):
        pixels()


def test_lists_among_the_settings_of_a_pipeline_are_no_parts(model: Path, pixels: Callable[..., bytes]) -> None:
    before, index = pixels(), model / "model_index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "sizes": [1, 2, 3], "none": [], "pair": [0.5, 2]}))
    assert pixels() == before


def test_a_folder_has_no_revision(model: Path) -> None:
    with pytest.raises(WeightsError, match="has no revision v1"):
        _ = Diffusion(str(model), revision="v1").identity
    with pytest.raises(WeightsError, match="has no revision v1"):
        cached_model(str(model), "v1", Path())


def test_a_whole_decoder_may_take_the_place_of_the_models_own(
    model: Path, tmp_path: Path, pixels: Callable[..., bytes]
) -> None:
    """An AutoencoderKL for the same latents; not one for others, and nothing else."""
    other = shutil.copytree(model / "vae", tmp_path / "other")
    assert pixels(vae=str(other)) == pixels()
    with pytest.raises(WeightsError, match="holds a UNet2DConditionModel, which is none of AutoencoderTiny"):
        pixels(vae=str(model / "unet"))

    from diffusers import AutoencoderKL

    AutoencoderKL(
        block_out_channels=[4, 8], down_block_types=["DownEncoderBlock2D"] * 2, latent_channels=8, norm_num_groups=2,
        up_block_types=["UpDecoderBlock2D"] * 2,
    ).save_pretrained(tmp_path / "wider")  # fmt: skip
    with pytest.raises(WeightsError, match="latents of 8 channels, the model makes 4"):
        pixels(vae=str(tmp_path / "wider"))
