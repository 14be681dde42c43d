"""Encoders by what they are for, beside the embedded one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncoderPreset:
    """An open_clip model, and what it asks of a machine."""

    reference: str
    gflops: float
    """Of the picture tower, an image (open_clip's docs/model_profile.csv)."""
    parameters: int
    """Of both towers, in millions; four bytes each."""
    purpose: str

    @property
    def cost(self) -> str:
        """In words: what is downloaded, and the work an image takes."""
        return f"{4 * self.parameters / 1000:.1f} GB once, {self.gflops:g} GFLOPs an image"


ENCODER_PRESETS: Mapping[str, EncoderPreset] = {
    "cpu": EncoderPreset("ViT-B-32-quickgelu/openai", 8.8, 151, "knows words; for machines without a GPU"),
    "quality": EncoderPreset("ViT-L-14-quickgelu/openai", 162, 428, "what the aesthetic heads were trained on"),
    "siglip": EncoderPreset("ViT-SO400M-14-SigLIP-384/webli", 670, 878, "reads prompts best; wants a GPU"),
}
"""By the name that `encoder` in [score] takes."""
