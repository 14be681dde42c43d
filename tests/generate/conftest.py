"""Tiny Stable Diffusion pipelines with random weights, built in process: real code paths in milliseconds."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from collection.models.environment import prepare_torchvision
from collection.pictures.files import pixel_sha256
from collection.values import Pixels, Recipe, Style, StyleBlend

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


def _vae(channels: Sequence[int] = (4, 8)) -> Any:
    """A latent has half the sides of a picture, or half of that for each further number of channels."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[*channels],
        down_block_types=["DownEncoderBlock2D"] * len(channels),
        up_block_types=["UpDecoderBlock2D"] * len(channels),
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
def parts() -> SimpleNamespace:
    """What builds the parts of tiny pipelines."""
    return SimpleNamespace(tokenizer=_tokenizer, text_config=_text_config, vae=_vae, unet=_unet)


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
        options = {"steps": 2, "batch_size": 4, **changed}
        return Recipe(generator="diffusion", model=str(model), seed=seed, blend=blend, options=options, **fields)

    return write


class PictureStore:
    """Pictures by the SHA-256 of their pixels, as a project's files would give them."""

    def __init__(self) -> None:
        self._pictures: dict[str, Pixels] = {}

    def __call__(self, sha256: str) -> Pixels:
        return self._pictures[sha256]

    def add(self, pixels: Pixels) -> str:
        name = pixel_sha256(pixels)
        self._pictures[name] = pixels
        return name

    def noise(self, seed: int, width: int = SIZE, height: int = SIZE) -> str:
        """The name of a picture of random pixels."""
        return self.add(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.fixture(scope="session")
def pictures() -> PictureStore:
    return PictureStore()


ATTENTION = "transformer_blocks.0.attn2"
LORA_LAYERS = {
    "unet": [
        f"{block}.{ATTENTION}.{matrix}"
        for block in ("down_blocks.1.attentions.0", "up_blocks.0.attentions.0")
        for matrix in ("to_k", "to_v", "to_out.0")
    ],
    "text_encoder": ["encoder.layers.0.self_attn.q_proj"],
}
LORA_RANK, LORA_ALPHA = 2, 6.0


@pytest.fixture(scope="session")
def tiny_loras(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of random LoRAs for the tiny Stable Diffusion: ink and oil as PEFT names tensors, and ink as kohya does.

    All have rank 2 and alpha 6; the text encoder is named as in files from before transformers 5.
    """
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("loras")
    told = {f"{component}.lora_alpha": LORA_ALPHA for component in LORA_LAYERS}
    sizes = {"to_k": (8, 8), "to_v": (8, 8), "to_out.0": (8, 8), "q_proj": (8, 8)}
    for seed, name in enumerate(("ink", "oil")):
        generator = torch.Generator().manual_seed(seed)
        peft, kohya = {}, {}
        for component, layers in LORA_LAYERS.items():
            for layer in layers:
                out, into = next(size for end, size in sizes.items() if layer.endswith(end))
                down = 0.4 * torch.randn(LORA_RANK, into, generator=generator)
                up = 0.4 * torch.randn(out, LORA_RANK, generator=generator)
                path = layer if component == "unet" else f"text_model.{layer}"
                peft[f"{component}.{path}.lora_A.weight"], peft[f"{component}.{path}.lora_B.weight"] = down, up
                flat = ("lora_unet_" if component == "unet" else "lora_te_") + path.replace(".", "_")
                kohya[f"{flat}.lora_down.weight"], kohya[f"{flat}.lora_up.weight"] = down.clone(), up.clone()
                kohya[f"{flat}.alpha"] = torch.tensor(LORA_ALPHA)
        save_file(peft, folder / f"{name}.safetensors", {"lora_adapter_metadata": json.dumps(told)})
        save_file(kohya, folder / f"{name}-kohya.safetensors")
    return folder


def _save_ip_adapter(folder: Path, width: int) -> Path:
    """A random IP-Adapter for a tiny UNet of that cross-attention width, its image encoder beside it."""
    import torch
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(5)
    vision = {"hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2}
    config = CLIPVisionConfig(**vision, projection_dim=6, image_size=SIZE, patch_size=8)
    CLIPVisionModelWithProjection(config).save_pretrained(folder / "image_encoder")
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * width, 6),
        "image_proj.proj.bias": torch.randn(4 * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    # Cross-attentions have the odd numbers, in the order of the UNet's processors: one down, two up, one in the middle.
    for number in (1, 3, 5, 7):
        for matrix in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{number}.{matrix}.weight"] = 2 * torch.randn(8, width)
    save_file(tensors, folder / "ip.safetensors")
    return folder / "ip.safetensors"


@pytest.fixture(scope="session")
def tiny_ip_adapter(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """An IP-Adapter for the tiny Stable Diffusion."""
    return _save_ip_adapter(tmp_path_factory.mktemp("ip-adapter"), width=8)


@pytest.fixture(scope="session")
def tiny_sdxl_adapters(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """A folder with an IP-Adapter (ip) and two LoRAs (ink, oil) for the tiny SDXL, of both of its text encoders."""
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("sdxl-adapters")
    _save_ip_adapter(folder, width=16)
    query = "text_model.encoder.layers.0.self_attn.q_proj"
    layers = {f"unet.down_blocks.1.attentions.0.{ATTENTION}.to_k": 16}
    layers |= {f"{encoder}.{query}": 8 for encoder in ("text_encoder", "text_encoder_2")}
    for seed, name in enumerate(("ink", "oil")):
        generator = torch.Generator().manual_seed(seed)
        tensors = {}
        for layer, width in layers.items():
            tensors[f"{layer}.lora_A.weight"] = torch.randn(2, width, generator=generator)
            tensors[f"{layer}.lora_B.weight"] = torch.randn(8, 2, generator=generator)
        save_file(tensors, folder / f"{name}.safetensors")
    return folder
