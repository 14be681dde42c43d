"""The tables of collection.toml that say what makes the images."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from collection.config.types import Table


class PainterGenerator(Table):
    """The embedded painter: algorithmic styles, no model, no download."""

    use: Literal["painter"] = "painter"
    engine: Literal["painter/1"] = "painter/1"
    """Which painter: a later one will draw other pictures, and this line keeps yours."""


class DiffusionGenerator(Table):
    """Any diffusers text-to-image pipeline."""

    use: Literal["diffusion"]
    model: str = Field(min_length=1)
    """A folder in diffusers format, a hub id, or a name that `collection models` lists, which brings its settings."""
    licence: str | None = None
    """The licence of the model, told in the metadata of the tokens; a listed model brings its own."""
    revision: str | None = None
    """Branch, tag or commit on the hub."""
    steps: int = Field(default=25, ge=1, le=1000)
    """Denoising steps."""
    guidance: float = Field(default=7.5, ge=0, le=100)
    """Classifier-free guidance scale; 1 or less turns it off."""
    scheduler: str | None = None
    """Euler, EulerAncestral, DDIM, LCM, UniPC, ... ; the pipeline's own if absent."""
    batch: int = Field(default=1, ge=1, le=256)
    """Images made at once. Part of a picture's identity: the arithmetic differs in the last bits with the shape."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """float32, float16 or bfloat16; auto: float32 on a processor, bfloat16 on a GPU."""
    lora_scale: float | None = Field(default=None, ge=-4, le=4)
    """How strongly the LoRAs of styles work, beside the weights of the styles; absent: 1."""
    ip_adapter: str | None = Field(default=None, min_length=1)
    """An IP-Adapter's safetensors file, its image_encoder folder beside it: looks at the reference of styles."""
    ip_scale: float | None = Field(default=None, ge=0, le=2)
    """How strongly reference pictures work, beside the weights of the styles; absent: 0.6."""
    switch: float | None = Field(default=None, ge=0, le=1)
    """Part of the steps after which the late_blend of a series takes over; absent: 0.5."""
    long_prompt: Literal["refuse", "cut", "chunk"] | None = None
    """What becomes of a prompt that is too long: refuse, cut (with a warning) or chunk; absent: refuse."""
    vae: str | None = Field(default=None, min_length=1)
    """A folder with a small decoder (TAESD), for drafts."""
    compile: bool | None = None
    """Compile the denoiser: faster after a slow start; absent: false."""
    device: str = "auto"
    """cpu, cuda, cuda:1, mps; auto: the best there is."""
    offload_text_encoder: bool = False
    """Keep text encoders on the processor while they have no work, which leaves a GPU more memory."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    """Threads of each process that computes on a processor: another number gives other last bits. Absent: torch's own
    choice, the number of cores. With several workers on one processor, set it to cores / workers."""

    @property
    def options(self) -> dict[str, Any]:
        """What of this belongs to a recipe, because the picture depends on it."""
        outside = {"use", "model", "device", "licence", "threads", "offload_text_encoder"}
        return self.model_dump(exclude=outside, exclude_none=True)
