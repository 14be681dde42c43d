"""The forms of the models: tokens, the two doors of the text tower, latents, checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from collection.models.environment import prepare_torchvision

CAPTIONS = [f"a {colour} {thing}, flat icon style" for colour in ("red", "blue") for thing in ("fox", "house", "car")]


@pytest.fixture(scope="module", autouse=True)
def _torchvision() -> None:
    prepare_torchvision()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from training.tokens import learn

    return learn(CAPTIONS * 5, 800)


def test_a_learned_word_is_one_token_and_any_text_can_be_read(tokenizer: Any) -> None:
    assert len(tokenizer("fox").input_ids) == 3
    strange = tokenizer("Ω≈ç √ 狐").input_ids
    assert strange[-1] == len(tokenizer) - 1 and strange.count(len(tokenizer) - 1) == 1


def test_transformers_reads_the_text_tower_as_open_clip_does(tokenizer: Any) -> None:
    from training.clip_train import Towers
    from training.pipeline_model import text_encoder

    torch.manual_seed(0)
    towers = Towers(len(tokenizer)).eval()
    for value in towers.parameters():
        torch.nn.init.normal_(value, std=0.05)
    encoder = text_encoder(towers.text.state_dict(), len(tokenizer))
    whole = tokenizer(CAPTIONS, padding="max_length", max_length=48, return_tensors="pt").input_ids
    short = tokenizer(CAPTIONS, padding=True, return_tensors="pt").input_ids
    with torch.inference_mode():
        mine = towers.texts(short)
        openclip = torch.nn.functional.normalize(towers.text(whole), dim=1)
        pooled = encoder(whole).pooler_output @ towers.text.text_projection
    torch.testing.assert_close(mine, openclip, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.nn.functional.normalize(pooled, dim=1), openclip, atol=1e-5, rtol=1e-4)


def test_standardised_latents_decode_to_the_same_picture() -> None:
    from training.denoiser_train import standardise
    from training.pipeline_model import new_vae

    torch.manual_seed(0)
    vae = new_vae().eval()
    pictures = torch.rand(4, 3, 64, 64) * 2 - 1
    with torch.inference_mode():
        before = vae.encode(pictures).latent_dist
        mean, deviation = before.mean.mean(dim=(0, 2, 3)), before.mean.std(dim=(0, 2, 3))
        shown = vae.decode(before.mean).sample
        standardise(vae, mean, deviation)
        after = vae.encode(pictures).latent_dist
        torch.testing.assert_close(after.mean.mean(dim=(0, 2, 3)), torch.zeros(8), atol=1e-4, rtol=0)
        torch.testing.assert_close(after.mean.std(dim=(0, 2, 3)), torch.ones(8), atol=1e-3, rtol=0)
        torch.testing.assert_close(after.std, before.std / deviation.view(1, -1, 1, 1), atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(vae.decode(after.mean).sample, shown, atol=1e-3, rtol=1e-3)


def test_the_scheduler_follows_the_flow_that_the_network_learns() -> None:
    """Where the network knows the picture, any number of steps ends at it."""
    from training.pipeline_model import new_scheduler

    wanted, noise = torch.randn(1, 8, 4, 4), torch.randn(1, 8, 4, 4)
    for steps in (2, 7):
        scheduler, latents = new_scheduler(), noise
        scheduler.set_timesteps(steps)
        for time in scheduler.timesteps:
            latents = scheduler.step(wanted, time, latents).prev_sample
        torch.testing.assert_close(latents, wanted, atol=5e-3, rtol=0)


def test_a_checkpoint_is_whole_or_the_one_before(tmp_path: Path) -> None:
    from collection.train import checkpoints

    path = tmp_path / "checkpoint.pt"
    assert checkpoints.read(path) is None
    checkpoints.write(path, {"step": 1, "value": torch.ones(2)})
    path.with_suffix(".draft").write_bytes(b"cut off")
    found = checkpoints.read(path)
    assert found is not None and found["step"] == 1


def test_an_average_follows_and_goes_on() -> None:
    from collection.train.checkpoints import Average

    network = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(network.weight, 0.0)
    average = Average(network, 0.9)
    torch.nn.init.constant_(network.weight, 1.0)
    for step in range(200):
        average.follow(network, step)
    assert average.state["weight"].item() == pytest.approx(1.0, abs=1e-3)
    other = Average(torch.nn.Linear(1, 1), 0.9)
    other.load(average.state)
    assert torch.equal(other.state["weight"], average.state["weight"])


def test_the_vae_that_is_kept_here_shows_a_drawing_as_it_is() -> None:
    from diffusers import AutoencoderKL

    from training.places import VAE

    drawing = Image.new("RGB", (128, 128), "white")
    pen = ImageDraw.Draw(drawing)
    pen.ellipse((20, 30, 100, 110), fill=(230, 60, 40))
    pen.polygon([(64, 34), (80, 10), (96, 22)], fill=(60, 150, 60))
    wanted = torch.from_numpy(np.asarray(drawing).copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    vae = AutoencoderKL.from_pretrained(VAE, torch_dtype=torch.float32).eval()
    with torch.inference_mode():
        latents = vae.encode(wanted).latent_dist.mode()
        shown = vae.decode(latents).sample.clamp(-1, 1)
    assert latents.shape == (1, 8, 16, 16)
    assert -10 * (shown - wanted).div(2).square().mean().log10() > 30, "decibels"
