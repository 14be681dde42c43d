"""The CLIP's form: an open_clip configuration whose picture tower is the embedded encoder."""

from __future__ import annotations

from typing import Any

from training.tokens import CONTEXT

EMBED = 512
WIDTH, LAYERS, HEADS, WIDER = 256, 1, 4, 3
"""Of the text tower: its states, its blocks, their heads, and how much wider a block is inside."""


def configuration(vocabulary: int) -> dict[str, Any]:
    """The content of open_clip_config.json. The preprocess is the embedded encoder's."""
    return {
        "model_cfg": {
            "embed_dim": EMBED,
            "custom_text": True,
            "quick_gelu": False,
            "vision_cfg": {
                "timm_model_name": "tf_efficientnet_lite0",
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "mlp",
                "image_size": 224,
            },
            "text_cfg": {
                "context_length": CONTEXT,
                "vocab_size": vocabulary,
                "width": WIDTH,
                "heads": HEADS,
                "layers": LAYERS,
                "mlp_ratio": WIDER,
                "hf_tokenizer_name": "tiny-clip",
            },
        },
        "preprocess_cfg": {
            "mean": [127 / 255] * 3,
            "std": [128 / 255] * 3,
            "interpolation": "bicubic",
            "resize_mode": "squash",
        },
    }  # fmt: skip
