"""Tiny preference models in the layouts that their authors published, moved as training moves weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from collection.models.environment import prepare_torchvision
from collection.values import Pixels

State = dict[str, torch.Tensor]
PROMPTS = ["a red circle on grey", "stripes, blue and thin", "a painting of an ocean with clouds and birds"]


def moved(state: State, seed: int = 0) -> State:
    chance = torch.Generator().manual_seed(seed)
    return {
        name: value + 0.05 * torch.randn(value.shape, generator=chance) if value.is_floating_point() else value
        for name, value in state.items()
    }


@pytest.fixture(scope="session")
def pictures() -> list[Pixels]:
    """A wide, a tall and a square picture, without detail that two ways to shrink them would see differently."""
    from PIL import Image

    chance = np.random.default_rng(3)
    coarse = [Image.fromarray(chance.integers(0, 256, (5, 5, 3), dtype=np.uint8)) for _ in range(3)]
    return [np.asarray(image.resize(size)) for image, size in zip(coarse, ((90, 40), (33, 70), (48, 48)), strict=True)]


@pytest.fixture(scope="session")
def prompts() -> list[str]:
    return PROMPTS


@pytest.fixture
def pickscore_folder(tmp_path: Path) -> Callable[..., Path]:
    """A tiny CLIPModel as transformers keeps it; `change` may alter its tensors before they are written."""
    prepare_torchvision()
    from safetensors.torch import save_file
    from transformers import CLIPConfig, CLIPModel

    def write(change: Callable[[State], State] = moved) -> Path:
        tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
        text = {
            **tower,
            "vocab_size": 49408,
            "max_position_embeddings": 77,
            "eos_token_id": 49407,
            "hidden_act": "gelu",
        }
        vision = {**tower, "image_size": 32, "patch_size": 8, "hidden_act": "gelu"}
        config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
        torch.manual_seed(1)
        state = change(dict(CLIPModel(config).state_dict()))
        (tmp_path / "config.json").write_text(json.dumps(config.to_dict()))
        save_file({name: value.contiguous() for name, value in state.items()}, tmp_path / "model.safetensors")
        return tmp_path

    return write


@pytest.fixture
def hps_folder(tmp_path: Path) -> Callable[..., Path]:
    """A tiny open_clip model as HPS is published: a checkpoint with its tensors under "state_dict"."""
    prepare_torchvision()
    from open_clip.model import CLIP

    config: dict[str, Any] = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }

    def write(change: Callable[[State], State] = moved) -> Path:
        torch.manual_seed(2)
        state = change(dict(CLIP(**config).state_dict()))
        (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": config}))
        torch.save({"epoch": 1, "state_dict": state}, tmp_path / "HPS_v2.1_compressed.pt")
        return tmp_path

    return write


@pytest.fixture
def image_reward_folder(tmp_path: Path) -> Callable[..., Path]:
    """A tiny ImageReward under BLIP's own names: a ViT of two blocks on 32 pixels, a BERT of two layers, an MLP."""

    def write(change: Callable[[State], State] = lambda state: state) -> Path:
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "circle", "on", "grey", "stripes", ",",
                 "blue", "and", "thin", "painting", "of", "an", "ocean", "with", "clouds", "bird", "##s"]  # fmt: skip
        (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
        bert = {
            "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "vocab_size": len(words) + 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "max_position_embeddings": 64,
            "model_type": "bert", "add_cross_attention": True, "encoder_width": 768,
        }  # fmt: skip
        (tmp_path / "med_config.json").write_text(json.dumps(bert))
        torch.save(change(_image_reward_state(len(words) + 2)), tmp_path / "ImageReward.pt")
        return tmp_path

    return write


def _image_reward_state(words: int, eyes: int = 128, width: int = 32, inner: int = 48) -> State:
    """Tensors by the names and in the shapes of the published file, in small."""
    chance = torch.Generator().manual_seed(4)
    state: State = {}

    def tensor(name: str, *shape: int, around: float = 0.0, spread: float = 0.3) -> None:
        state[name] = around + spread * torch.randn(*shape, generator=chance)

    def linear(name: str, gives: int, takes: int) -> None:
        tensor(f"{name}.weight", gives, takes, spread=1.5 / takes**0.5)
        tensor(f"{name}.bias", gives)

    def norm(name: str, size: int) -> None:
        tensor(f"{name}.weight", size, around=1.0)
        tensor(f"{name}.bias", size)

    vit, bert = "blip.visual_encoder", "blip.text_encoder"
    tensor(f"{vit}.cls_token", 1, 1, eyes)
    tensor(f"{vit}.pos_embed", 1, 17, eyes)
    tensor(f"{vit}.patch_embed.proj.weight", eyes, 3, 8, 8)
    tensor(f"{vit}.patch_embed.proj.bias", eyes)
    for block in (f"{vit}.blocks.0", f"{vit}.blocks.1"):
        norm(f"{block}.norm1", eyes)
        linear(f"{block}.attn.qkv", 3 * eyes, eyes)
        linear(f"{block}.attn.proj", eyes, eyes)
        norm(f"{block}.norm2", eyes)
        linear(f"{block}.mlp.fc1", 4 * eyes, eyes)
        linear(f"{block}.mlp.fc2", eyes, 4 * eyes)
    norm(f"{vit}.norm", eyes)
    state[f"{bert}.embeddings.position_ids"] = torch.arange(64)[None]
    tensor(f"{bert}.embeddings.word_embeddings.weight", words, width)
    tensor(f"{bert}.embeddings.position_embeddings.weight", 64, width)
    norm(f"{bert}.embeddings.LayerNorm", width)
    for layer in (f"{bert}.encoder.layer.0", f"{bert}.encoder.layer.1"):
        for attention, takes in (("attention", width), ("crossattention", eyes)):
            linear(f"{layer}.{attention}.self.query", width, width)
            linear(f"{layer}.{attention}.self.key", width, takes)
            linear(f"{layer}.{attention}.self.value", width, takes)
            linear(f"{layer}.{attention}.output.dense", width, width)
            norm(f"{layer}.{attention}.output.LayerNorm", width)
        linear(f"{layer}.intermediate.dense", inner, width)
        linear(f"{layer}.output.dense", width, inner)
        norm(f"{layer}.output.LayerNorm", width)
    linear("blip.vision_proj", 16, eyes)
    linear("blip.text_proj", 16, width)
    for place, (gives, takes) in zip((0, 2, 4, 6, 7), ((24, 32), (16, 24), (8, 16), (4, 8), (1, 4)), strict=True):
        linear(f"mlp.layers.{place}", gives, takes)
    return state
