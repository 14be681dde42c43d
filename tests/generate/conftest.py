"""Tiny Stable Diffusion pipelines with random weights, built in process: real code paths in milliseconds."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.torch_environment import prepare_torchvision
from collection.values import Recipe, Style, StyleBlend

SIZE = 32
"""Pixels of a test picture's side."""


def _tokenizer() -> Any:
    """One token a character: "a cat" has 4 tokens, and 2 for its ends."""
    from transformers import CLIPTokenizer

    vocab = {"<|startoftext|>": 0, "<|endoftext|>": 1}
    for character in string.ascii_lowercase + string.digits + string.punctuation:
        vocab[character] = len(vocab)
        vocab[character + "</w>"] = len(vocab)
    tokenizer = CLIPTokenizer(vocab=vocab, merges=[], unk_token="<|endoftext|>", model_max_length=77)
    assert tokenizer("a cat").input_ids != tokenizer("a dog").input_ids
    return tokenizer


def _text_config() -> Any:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        hidden_size=8,
        intermediate_size=16,
        num_attention_heads=2,
        num_hidden_layers=3,
        projection_dim=8,
        vocab_size=1000,
    )


def _vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[4, 8],
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
        norm_num_groups=2,
    )


def _unet(**changed: Any) -> Any:
    from diffusers import UNet2DConditionModel

    shape: dict[str, Any] = {
        "block_out_channels": (4, 8),
        "layers_per_block": 1,
        "sample_size": SIZE // 2,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": 8,
        "attention_head_dim": 2,
        "norm_num_groups": 2,
    }
    return UNet2DConditionModel(**{**shape, **changed})


def _scheduler() -> Any:
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """These models are too small to share out: on a busy machine two threads are slower than one."""
    import torch

    prepare_torchvision()  # before whatever a fixture or test imports of diffusers and transformers
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny_sd(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """The folder of a whole Stable Diffusion pipeline."""
    import torch
    from diffusers import StableDiffusionPipeline
    from transformers import CLIPTextModel

    torch.manual_seed(0)
    pipeline = StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config()),
        tokenizer=_tokenizer(),
        unet=_unet(),
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        image_encoder=None,
        requires_safety_checker=False,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-sd"
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_lcm(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """The folder of a latent consistency model: guided by an embedding, without a negative prompt."""
    import torch
    from diffusers import LatentConsistencyModelPipeline, LCMScheduler
    from transformers import CLIPTextModel

    torch.manual_seed(2)
    pipeline = LatentConsistencyModelPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config()),
        tokenizer=_tokenizer(),
        unet=_unet(time_cond_proj_dim=8),
        scheduler=LCMScheduler.from_config(_scheduler().config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-lcm"
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_sdxl(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """The folder of a whole SDXL pipeline: two text encoders, pooled embeddings."""
    import torch
    from diffusers import StableDiffusionXLPipeline
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(1)
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config()),
        text_encoder_2=CLIPTextModelWithProjection(_text_config()),
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        unet=_unet(
            cross_attention_dim=16,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=56,
        ),
        scheduler=_scheduler(),
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-sdxl"
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def diffusion_recipe() -> Callable[..., Recipe]:
    """A short recipe for a model's folder: `diffusion_recipe(folder, seed, prompt=..., styles={prompt: weight}, ...)`.

    Keywords that are no field of a Recipe are options of the generator.
    """

    def write(model: Path | str, seed: int = 1, **changed: Any) -> Recipe:
        styles = changed.pop("styles", {})
        named = {prompt or "plain": Style(prompt or "plain", prompt) for prompt in styles}
        blend = StyleBlend.of({prompt or "plain": weight for prompt, weight in styles.items()}, named)
        fields = {"prompt": "a cat", "width": SIZE, "height": SIZE}
        fields |= {name: changed.pop(name) for name in list(changed) if name in Recipe.__dataclass_fields__}
        options = {"steps": 2, "batch": 4, **changed}
        return Recipe(generator="diffusion", model=str(model), seed=seed, blend=blend, options=options, **fields)

    return write
