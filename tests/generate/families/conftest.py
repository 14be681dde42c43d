"""Tiny pipelines of other families than Stable Diffusion, with random weights, built in process.

Each function builds a pipeline whose classes are those of the published models, of `parts` and its own.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " "


def _t5(width: int = 8) -> tuple[Any, Any]:
    """A T5 encoder and its tokenizer: one token a character, and one for the end."""
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((character, -2.0) for character in "▁" + CHARACTERS)]
    tokenizer = T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=512)
    config = T5Config(vocab_size=200, d_model=width, d_kv=4, d_ff=16, num_layers=2, num_heads=2)
    return T5EncoderModel(config).eval(), tokenizer


def _clip(parts: SimpleNamespace, projected: bool = False) -> Any:
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(parts.text_config()).eval()


def _flow_vae(channels: int) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[4, 8], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=channels, norm_num_groups=2, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06,
        scaling_factor=1.5,
    )  # fmt: skip


def _euler(**changed: Any) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**changed)


def stable_diffusion_3(parts: SimpleNamespace) -> Any:
    """Two CLIPs and a T5, of which the last reads 256 tokens."""
    from diffusers import SD3Transformer2DModel, StableDiffusion3Pipeline

    encoder, tokenizer = _t5(16)
    transformer = SD3Transformer2DModel(
        sample_size=16, patch_size=1, in_channels=4, num_layers=1, attention_head_dim=8, num_attention_heads=2,
        caption_projection_dim=16, joint_attention_dim=16, pooled_projection_dim=16, out_channels=4,
    )  # fmt: skip
    return StableDiffusion3Pipeline(
        transformer=transformer, scheduler=_euler(), vae=_flow_vae(4), text_encoder=_clip(parts, True),
        tokenizer=parts.tokenizer(), text_encoder_2=_clip(parts, True), tokenizer_2=parts.tokenizer(),
        text_encoder_3=encoder, tokenizer_3=tokenizer,
    )  # fmt: skip


def flux(parts: SimpleNamespace, *, guidance_embeds: bool = True) -> Any:
    """Flux dev, distilled from guided models, to which guidance is a number; or Flux schnell, to which it is none."""
    from diffusers import FluxPipeline, FluxTransformer2DModel

    encoder, tokenizer = _t5()
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=8, pooled_projection_dim=8, axes_dims_rope=(4, 4, 8), guidance_embeds=guidance_embeds,
    )  # fmt: skip
    return FluxPipeline(
        scheduler=_euler(), vae=_flow_vae(4), text_encoder=_clip(parts), tokenizer=parts.tokenizer(),
        text_encoder_2=encoder, tokenizer_2=tokenizer, transformer=transformer,
    )  # fmt: skip


def flux_schnell(parts: SimpleNamespace) -> Any:
    """Flux without guidance in its numbers."""
    return flux(parts, guidance_embeds=False)


def qwen_image(parts: SimpleNamespace) -> Any:
    """Words by a language model; guided by a scale of its own name, and only where there is a negative prompt."""
    from diffusers import AutoencoderKLQwenImage, QwenImagePipeline, QwenImageTransformer2DModel
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    text = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "vocab_size": 400, "max_position_embeddings": 2048,
        "rope_scaling": {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"}, "rope_theta": 1e6,
    }  # fmt: skip
    vision = {
        "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16,
    }  # fmt: skip
    encoder = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=vision)).eval()
    transformer = QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=16, guidance_embeds=False, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    vae = AutoencoderKLQwenImage(
        base_dim=12, z_dim=4, dim_mult=[1, 2, 4], num_res_blocks=1, temperal_downsample=[False, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    return QwenImagePipeline(
        transformer=transformer, vae=vae, scheduler=_euler(use_dynamic_shifting=True), text_encoder=encoder,
        tokenizer=_qwen_tokenizer(),
    )  # fmt: skip


def _qwen_tokenizer() -> Any:
    """One token a byte, and the marks of a chat."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    vocab = {character: number for number, character in enumerate(sorted(ByteLevel.alphabet()))}
    vocab |= {mark: len(vocab) + place for place, mark in enumerate(("<|endoftext|>", "<|im_start|>", "<|im_end|>"))}
    return Qwen2Tokenizer(vocab=vocab, merges=[], extra_special_tokens=["<|im_start|>", "<|im_end|>"])


def pixart_sigma(parts: SimpleNamespace) -> Any:
    """A T5 that reads 300 tokens, noise by a DPM-Solver. Pictures of 256, latents of 32, as published."""
    from diffusers import DPMSolverMultistepScheduler, PixArtSigmaPipeline, PixArtTransformer2DModel

    encoder, tokenizer = _t5()
    transformer = PixArtTransformer2DModel(
        sample_size=32, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3, caption_channels=8,
        in_channels=4, cross_attention_dim=24, out_channels=8, attention_bias=True, activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000, norm_type="ada_norm_single", norm_elementwise_affine=False, norm_eps=1e-6,
        use_additional_conditions=False,
    )  # fmt: skip
    return PixArtSigmaPipeline(
        transformer=transformer, vae=parts.vae((4, 4, 4, 4)), scheduler=DPMSolverMultistepScheduler(),
        text_encoder=encoder, tokenizer=tokenizer,
    )  # fmt: skip


def kandinsky(parts: SimpleNamespace) -> Any:
    """A prior that turns words into an embedding, and a decoder whose scheduler lies in a part of the pipeline."""
    from diffusers import DDIMScheduler, KandinskyV22CombinedPipeline, PriorTransformer, UnCLIPScheduler, VQModel
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    vision = CLIPVisionConfig(
        hidden_size=8, intermediate_size=16, num_attention_heads=2, num_hidden_layers=1, image_size=32, patch_size=16,
        projection_dim=8,
    )  # fmt: skip
    prior = PriorTransformer(num_attention_heads=2, attention_head_dim=4, embedding_dim=8, num_layers=1)
    prior.clip_std.data.fill_(1.0)
    unet = parts.unet(
        addition_embed_type="image", encoder_hid_dim=8, encoder_hid_dim_type="image_proj", cross_attention_dim=8,
        out_channels=8, down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn", resnet_time_scale_shift="scale_shift",
    )  # fmt: skip
    movq = VQModel(
        block_out_channels=[4, 8], down_block_types=["DownEncoderBlock2D"] * 2, latent_channels=4, norm_num_groups=2,
        up_block_types=["UpDecoderBlock2D"] * 2, num_vq_embeddings=8, vq_embed_dim=4,
    )  # fmt: skip
    return KandinskyV22CombinedPipeline(
        unet=unet, scheduler=DDIMScheduler(), movq=movq, prior_prior=prior,
        prior_image_encoder=CLIPVisionModelWithProjection(vision), prior_text_encoder=_clip(parts, True),
        prior_tokenizer=parts.tokenizer(), prior_image_processor=CLIPImageProcessor(),
        prior_scheduler=UnCLIPScheduler(variance_type="fixed_small_log", prediction_type="sample"),
    )  # fmt: skip


def bria(parts: SimpleNamespace) -> Any:
    """A family that AutoPipeline does not know."""
    from diffusers import BriaPipeline, BriaTransformer2DModel

    encoder, tokenizer = _t5()
    transformer = BriaTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=8, axes_dims_rope=[4, 4, 8],
    )  # fmt: skip
    return BriaPipeline(
        transformer=transformer, scheduler=_euler(use_dynamic_shifting=True), vae=_flow_vae(4), text_encoder=encoder,
        tokenizer=tokenizer,
    )  # fmt: skip


FAMILIES: dict[str, Callable[[SimpleNamespace], Any]] = {
    "sd3": stable_diffusion_3, "flux-dev": flux, "flux-schnell": flux_schnell, "qwen": qwen_image,
    "pixart": pixart_sigma,
    "kandinsky": kandinsky, "bria": bria,
}  # fmt: skip
"""What builds each family."""


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory, parts: SimpleNamespace, one_thread: None) -> Callable[[str], Path]:
    """The folder of a tiny pipeline of a family, which is built when it is first asked for."""
    import torch

    folder = tmp_path_factory.mktemp("families")

    def build(name: str) -> Path:
        if not (folder / name).exists():
            torch.manual_seed(0)
            FAMILIES[name](parts).save_pretrained(folder / name)
        return folder / name

    return build
