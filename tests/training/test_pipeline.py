"""The form of the pipeline: an ordinary diffusers folder, of the size that may ship, that learns and repeats itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from collection.models.environment import prepare_torchvision


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    prepare_torchvision()
    from training.tokens import learn

    return learn(["a red fox, flat icon style", "a blue house, sticker style"] * 5, 700)


@pytest.fixture(scope="module")
def encoder(tokenizer: Any) -> Any:
    from training.clip_train import Towers
    from training.pipeline_model import text_encoder

    torch.manual_seed(0)
    return text_encoder(Towers(len(tokenizer)).text.state_dict(), len(tokenizer))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any, encoder: Any) -> Path:
    """The pipeline with random weights, saved."""
    from training.denoiser_train import pipeline_of
    from training.pipeline_model import new_unet, new_vae, save

    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("pipeline")
    save(pipeline_of(new_unet().state_dict(), new_vae().state_dict(), encoder, tokenizer), place)
    encoder.float()
    return place


def test_any_diffusers_opens_it_and_it_is_small(folder: Path) -> None:
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    assert type(pipeline).__name__ == "StableDiffusionPipeline"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 50_000_000

    def paint(seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)
        return pipeline("a red fox", num_inference_steps=2, generator=generator, output_type="np").images[0]

    pipeline.set_progress_bar_config(disable=True)
    first = paint(3)
    assert first.shape == (128, 128, 3)
    assert np.array_equal(first, paint(3))
    assert not np.array_equal(first, paint(4))


def test_a_blend_of_embeddings_is_taken(folder: Path) -> None:
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    one, other = (pipeline.encode_prompt(text, "cpu", 1, False)[0] for text in ("flat icon style", "sticker style"))
    noise = torch.zeros(1, 8, 16, 16)
    made = [
        pipeline(
            prompt_embeds=each, latents=noise, num_inference_steps=1, guidance_scale=1, output_type="latent"
        ).images
        for each in (one, (one + other) / 2, other)
    ]
    assert not torch.equal(made[0], made[1])
    assert not torch.equal(made[1], made[2])


def test_a_step_depends_on_its_number_alone_and_learns(tokenizer: Any, encoder: Any) -> None:
    from training.captions import Picture
    from training.compose import Composition
    from training.denoiser_train import batch_of, loss_of, rows_of
    from training.drawings import Thing
    from training.pipeline_model import new_unet

    fox = Thing("1f98a", "fox", ("animal",), "Animals & Nature")
    pictures = [Picture((fox,), Composition("plain", "noto", (fox.code,)))] * 4
    latents = torch.randn(4, 8, 16, 16).half()
    torch.manual_seed(0)
    unet = new_unet().train()

    def loss(step: int) -> torch.Tensor:
        chosen = batch_of(step, 4, rows_of(pictures))
        return loss_of(unet, encoder, tokenizer, latents, pictures, step, chosen, "cpu")

    assert loss(7).item() == loss(7).item()
    assert loss(7).item() != loss(8).item()
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3)
    before = loss(1).item()
    for _ in range(6):
        optimizer.zero_grad()
        value = loss(1)
        value.backward()
        optimizer.step()
    assert loss(1).item() < before


def test_what_all_captions_share_is_taken_out(tokenizer: Any, encoder: Any) -> None:
    from copy import deepcopy

    from training.denoiser_train import states_of
    from training.pipeline_model import standardise_words

    captions = ["a red fox", "a blue house, sticker style", "a red house", "a fox, flat icon style"]
    changed = deepcopy(encoder)
    standardise_words(changed, states_of(captions, encoder, tokenizer)[:, -1])
    states = states_of(captions, changed, tokenizer)[:, -1]
    assert torch.allclose(states.mean(dim=0), torch.zeros(states.shape[1]), atol=1e-4)
    assert torch.allclose(states.std(dim=0), torch.ones(states.shape[1]), atol=1e-3)


def test_crops_depend_on_their_step_alone() -> None:
    from training.vae_train import CROP, crops

    pictures = torch.randint(0, 256, (3, 3, 128, 128), dtype=torch.uint8)
    assert torch.equal(crops(pictures, 5), crops(pictures, 5))
    assert not torch.equal(crops(pictures, 5), crops(pictures, 6))
    assert crops(pictures, 5).shape[1:] == (3, CROP, CROP)
    assert crops(pictures, 5).abs().max() <= 1
