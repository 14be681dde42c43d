"""The tiny Stable Diffusions of the tests as creators share models: one safetensors file, tensors by the names of the
code that Stable Diffusion was first published with.

Written from that layout (CompVis/stable-diffusion and Stability-AI/generative-models): blocks of a U-Net are numbered
through, its halves in order; of a VAE, levels up are numbered from the end; the second text encoder is OpenCLIP's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Tensors = dict[str, Any]
Renames = Sequence[tuple[str, str]]

RESNET: Renames = [
    (r"norm1\.", "in_layers.0."), (r"conv1\.", "in_layers.2."), (r"norm2\.", "out_layers.0."),
    (r"conv2\.", "out_layers.3."), (r"time_emb_proj\.", "emb_layers.1."), (r"conv_shortcut\.", "skip_connection."),
]  # fmt: skip
UNET: Renames = [
    (r"^time_embedding\.linear_1\.", "time_embed.0."), (r"^time_embedding\.linear_2\.", "time_embed.2."),
    (r"^add_embedding\.linear_1\.", "label_emb.0.0."), (r"^add_embedding\.linear_2\.", "label_emb.0.2."),
    (r"^conv_in\.", "input_blocks.0.0."), (r"^conv_norm_out\.", "out.0."), (r"^conv_out\.", "out.2."),
    (r"^down_blocks\.0\.resnets\.0\.", "input_blocks.1.0."),
    (r"^down_blocks\.0\.downsamplers\.0\.conv\.", "input_blocks.2.0.op."),
    (r"^down_blocks\.1\.resnets\.0\.", "input_blocks.3.0."),
    (r"^down_blocks\.1\.attentions\.0\.", "input_blocks.3.1."),
    (r"^mid_block\.resnets\.0\.", "middle_block.0."), (r"^mid_block\.attentions\.0\.", "middle_block.1."),
    (r"^mid_block\.resnets\.1\.", "middle_block.2."),
    *((rf"^up_blocks\.0\.resnets\.{n}\.", f"output_blocks.{n}.0.") for n in (0, 1)),
    *((rf"^up_blocks\.0\.attentions\.{n}\.", f"output_blocks.{n}.1.") for n in (0, 1)),
    (r"^up_blocks\.0\.upsamplers\.0\.", "output_blocks.1.2."),
    *((rf"^up_blocks\.1\.resnets\.{n}\.", f"output_blocks.{n + 2}.0.") for n in (0, 1)),
]  # fmt: skip
VAE: Renames = [
    (r"conv_norm_out\.", "norm_out."), (r"mid_block\.resnets\.0\.", "mid.block_1."),
    (r"mid_block\.resnets\.1\.", "mid.block_2."), (r"mid_block\.attentions\.0\.", "mid.attn_1."),
    (r"down_blocks\.(\d)\.resnets\.", r"down.\1.block."), (r"down_blocks\.0\.downsamplers\.0\.", "down.0.downsample."),
    (r"up_blocks\.0\.resnets\.", "up.1.block."), (r"up_blocks\.1\.resnets\.", "up.0.block."),
    (r"up_blocks\.0\.upsamplers\.0\.", "up.1.upsample."), (r"conv_shortcut\.", "nin_shortcut."),
    (r"group_norm\.", "norm."), (r"to_q\.", "q."), (r"to_k\.", "k."), (r"to_v\.", "v."), (r"to_out\.0\.", "proj_out."),
]  # fmt: skip
OPEN_CLIP: Renames = [
    (r"^text_model\.", ""), (r"embeddings\.token_embedding\.weight", "token_embedding.weight"),
    (r"embeddings\.position_embedding\.weight", "positional_embedding"), (r"final_layer_norm\.", "ln_final."),
    (r"encoder\.layers\.", "transformer.resblocks."), (r"layer_norm1\.", "ln_1."), (r"layer_norm2\.", "ln_2."),
    (r"mlp\.fc1\.", "mlp.c_fc."), (r"mlp\.fc2\.", "mlp.c_proj."), (r"self_attn\.out_proj\.", "attn.out_proj."),
    (r"self_attn\.", "attn."),
]  # fmt: skip


def checkpoint(folder: Path) -> Tensors:
    """The tensors of the tiny Stable Diffusion or SDXL in a folder."""
    parts = {name: _tensors(folder / name) for name in ("unet", "vae", "text_encoder")}
    found = {f"model.diffusion_model.{name}": value for name, value in _unet(parts["unet"])}
    found |= {f"first_stage_model.{name}": value for name, value in _vae(parts["vae"])}
    first = "conditioner.embedders.0" if (folder / "text_encoder_2").is_dir() else "cond_stage_model"
    for name, value in parts["text_encoder"].items():
        found[f"{first}.transformer.text_model.{name.removeprefix('text_model.')}"] = value
    if (folder / "text_encoder_2").is_dir():
        second = _open_clip(_tensors(folder / "text_encoder_2"))
        found |= {f"conditioner.embedders.1.model.{name}": value for name, value in second.items()}
    return {name: value.contiguous() for name, value in found.items()}


def _tensors(part: Path) -> Tensors:
    from safetensors.torch import load_file

    (file,) = part.glob("*.safetensors")
    return load_file(file)


def _renamed(name: str, renames: Renames) -> str:
    for pattern, new in renames:
        name = re.sub(pattern, new, name)
    return name


def _unet(tensors: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tensors.items():
        yield _renamed(_renamed(name, RESNET) if ".resnets." in name else name, UNET), value


def _vae(tensors: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tensors.items():
        attention = "attentions" in name and value.ndim == 2  # a matrix here, a convolution of one pixel there
        yield _renamed(name, VAE), value[:, :, None, None] if attention else value


def _open_clip(tensors: Mapping[str, Any]) -> Tensors:
    """Three matrices of attention are one, and the projection is the other way round."""
    import torch

    found = {_renamed(name, OPEN_CLIP): value for name, value in tensors.items()}
    found["text_projection"] = found.pop("text_projection.weight").T
    for name in [name for name in found if ".attn.q_proj." in name]:
        three = [found.pop(name.replace("q_proj", f"{letter}_proj")) for letter in "qkv"]
        found[name.replace("q_proj.", "in_proj_")] = torch.cat(three)
    return found
