"""The form of the text-to-image pipeline: an ordinary Stable Diffusion folder of diffusers, only much smaller.

128 pixels through a VAE with 8-fold reduction and 8 channels; a UNet over 16 x 16 latents that reads the CLIP's text
tower; flow matching (Y. Lipman et al., ICLR 2023), integrated by DPM-Solver++ (C. Lu et al. 2022). The stock classes
are chosen for what they can be used with: blends of embeddings, sketches, masks, LoRA.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.clip_model import HEADS, LAYERS, WIDER, WIDTH
from training.tokens import CONTEXT

CHANNELS, LATENT_SIDE = 8, 16
FLOW_SHIFT, STEPS, GUIDANCE = 4.0, 20, 3.0
"""How a picture is made. More of the steps are taken where there is more noise: they decide what is painted."""


def new_vae() -> Any:
    """An AutoencoderKL of 2.6 M parameters with random weights."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[16, 32, 64, 128], down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4, latent_channels=CHANNELS, norm_num_groups=8, layers_per_block=1,
        mid_block_add_attention=False, sample_size=128, scaling_factor=1.0,
    )  # fmt: skip


def new_unet() -> Any:
    """A UNet2DConditionModel of 11.8 M parameters with random weights: 0.25 GFLOPs a picture and step.

    It reads words at 4 x 4 and, pooled, beside the time. At 2 x 2 every number of a convolution reaches every other:
    without that level it took ten times the pictures to learn which words ask for which shape.
    """
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=LATENT_SIDE, in_channels=CHANNELS, out_channels=CHANNELS, block_out_channels=[32, 64, 128, 256],
        down_block_types=["DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        mid_block_type="UNetMidBlock2D",
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"], layers_per_block=1,
        cross_attention_dim=WIDTH, attention_head_dim=8, norm_num_groups=16, resnet_time_scale_shift="scale_shift",
        time_embedding_dim=512, addition_embed_type="text", addition_embed_type_num_heads=4,
    )  # fmt: skip


def new_scheduler() -> Any:
    """DPM-Solver++ of second order on the straight paths of flow matching; the network says what the picture is."""
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler(
        prediction_type="sample", use_flow_sigmas=True, flow_shift=FLOW_SHIFT, solver_order=2, steps_offset=1
    )


def text_encoder(tower: Mapping[str, Tensor], vocabulary: int) -> Any:
    """The CLIP's text tower (names as in open_clip) as transformers' CLIPTextModel: the same numbers come out."""
    from transformers import CLIPTextConfig, CLIPTextModel

    config = CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=WIDER * WIDTH, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, max_position_embeddings=CONTEXT, hidden_act="gelu", bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1, projection_dim=512,
    )  # fmt: skip
    model = CLIPTextModel(config).eval()
    model.load_state_dict(_renamed(tower), strict=False)
    missing = set(dict(model.named_parameters())) - set(_renamed(tower))
    assert not missing, f"the text tower lacks {sorted(missing)}"
    return model


def standardise_words(encoder: Any, states: Tensor) -> None:
    """Change the encoder's last normalisation so that states like these (n, width) have mean 0 and deviation 1.

    What all captions share says nothing; without it the UNet learns with fewer pictures what sets them apart.
    """
    deviation, mean = torch.std_mean(states, dim=0)
    norm = encoder.final_layer_norm
    with torch.no_grad():
        norm.weight /= deviation
        norm.bias.sub_(mean).div_(deviation)


def _renamed(tower: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found = {
        "embeddings.token_embedding.weight": tower["token_embedding.weight"],
        "embeddings.position_embedding.weight": tower["positional_embedding"],
        "final_layer_norm.weight": tower["ln_final.weight"],
        "final_layer_norm.bias": tower["ln_final.bias"],
    }
    for layer in range(LAYERS):
        theirs, ours = f"transformer.resblocks.{layer}", f"encoder.layers.{layer}"
        for kind in ("weight", "bias"):
            for name, value in zip("qkv", tower[f"{theirs}.attn.in_proj_{kind}"].chunk(3), strict=True):
                found[f"{ours}.self_attn.{name}_proj.{kind}"] = value
            for mine, other in (
                ("self_attn.out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
            ):  # fmt: skip
                found[f"{ours}.{mine}.{kind}"] = tower[f"{theirs}.{other}.{kind}"]
    return found


def assemble(vae: Any, unet: Any, encoder: Any, tokenizer: Any) -> Any:
    """The pipeline of these parts."""
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline(
        vae=vae, unet=unet, text_encoder=encoder, tokenizer=tokenizer, scheduler=new_scheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def save(pipeline: Any, folder: Path) -> None:
    """Write it as an ordinary folder of half-precision safetensors."""
    pipeline.to(torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True)
