"""What makes generation faster or smaller, and what it must not change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import WeightsError
from collection.generate.diffusion.generator import Diffusion
from collection.values import Recipe

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """A small decoder of random weights."""
    import torch
    from diffusers import AutoencoderTiny

    torch.manual_seed(9)
    folder = tmp_path_factory.mktemp("draft") / "taesd"
    shape: dict[str, Any] = {"encoder_block_out_channels": (4, 4), "decoder_block_out_channels": (4, 4)}
    blocks: dict[str, Any] = {"num_encoder_blocks": (1, 1), "num_decoder_blocks": (1, 1)}
    AutoencoderTiny(**shape, **blocks).save_pretrained(folder)
    return folder


def test_a_draft_is_the_same_latents_by_the_small_decoder(draft: Path, tiny_sd: Path, diffusion_recipe: Write) -> None:
    import torch
    from diffusers import AutoencoderTiny, StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(tiny_sd, vae=AutoencoderTiny.from_pretrained(draft))
    theirs = pipeline(
        "a cat",
        num_inference_steps=2,
        generator=torch.Generator().manual_seed(1),
        width=32,
        height=32,
        output_type="np",
    ).images[0]
    generator = Diffusion(str(tiny_sd), folder=draft.parent)
    full, small, after = generator.generate(
        [diffusion_recipe(tiny_sd), diffusion_recipe(tiny_sd, vae="taesd"), diffusion_recipe(tiny_sd)]
    )
    assert np.abs(small.pixels - theirs * 255).max() <= 0.51
    assert not np.array_equal(full.pixels, small.pixels)
    assert np.array_equal(full.pixels, after.pixels)
    assert list(small.identity["adapters"]) == ["taesd/diffusion_pytorch_model.safetensors"]


def test_half_a_draft_decoder_is_refused(draft: Path, tiny_sd: Path, tmp_path: Path, diffusion_recipe: Write) -> None:
    shutil.copytree(draft, tmp_path / "taesd")
    next((tmp_path / "taesd").glob("*.safetensors")).unlink()
    for name, words in (("taesd", "weights of taesd"), ("nowhere", "no draft VAE in")):
        with pytest.raises(WeightsError, match=words):
            Diffusion(str(tiny_sd), folder=tmp_path).generate([diffusion_recipe(tiny_sd, vae=name)])


def test_a_waiting_text_encoder_changes_nothing(tiny_sdxl: Path, diffusion_recipe: Write) -> None:
    recipes = [diffusion_recipe(tiny_sdxl, seed, prompt=prompt) for seed, prompt in enumerate(("cat", "dog", "cat"))]
    made, others = (
        Diffusion(str(tiny_sdxl), offload_text_encoder=offload).generate(recipes) for offload in (True, False)
    )
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(made, others, strict=True))


def test_a_compiled_denoiser_makes_nearly_the_same(
    tiny_sd: Path, diffusion_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is captured and run as it is: generating machine code for it would take minutes here."""
    import torch

    compiled: list[Any] = []
    compile_ = torch.compile

    def capture(model: Any) -> Any:
        compiled.append(model)
        return compile_(model, backend="eager")

    monkeypatch.setattr(torch, "compile", capture)
    generator = Diffusion(str(tiny_sd))
    plain, fast, again = generator.generate([diffusion_recipe(tiny_sd, compile=each) for each in (False, True, False)])
    assert len(compiled) == 1
    assert np.abs(plain.pixels.astype(int) - fast.pixels).max() <= 1
    assert np.array_equal(plain.pixels, again.pixels)
    assert generator.identity["pipeline"] == "StableDiffusionPipeline"


def test_each_text_is_encoded_once_for_all_batches(
    tiny_sd: Path, diffusion_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import StableDiffusionPipeline

    texts: list[str] = []
    encode = StableDiffusionPipeline.encode_prompt

    def counting(self: Any, prompt: Any, *rest: Any, **more: Any) -> Any:
        texts.extend([prompt] if prompt else [])
        return encode(self, prompt, *rest, **more)

    monkeypatch.setattr(StableDiffusionPipeline, "encode_prompt", counting)
    generator = Diffusion(str(tiny_sd))
    for _ in range(2):
        generator.generate(
            [diffusion_recipe(tiny_sd, seed, styles={"ink": 1, "oil": 1}, batch_size=2) for seed in range(5)]
        )
    assert sorted(texts) == ["a cat, ink", "a cat, oil"]
