"""What made a diffusion picture, besides its recipe."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from collection.generate.diffusion.prompt_blend import ARGUMENTS
from collection.values import sha256_hex


def identity(pipeline: Any, scheduler: Any, weights: Mapping[str, str], revision: str | None) -> dict[str, Any]:
    """JSON values: everything known to change the pixels of one recipe, at the time of asking.

    `scheduler` is the model's own: a recipe that names another configures it from this one. `weights` is the
    SHA-256 of each weights file, `revision` the commit of a hub model.
    """
    import torch

    return {
        "generator": "diffusion",
        "pipeline": type(pipeline).__name__,
        "revision": revision,
        "weights": dict(weights),
        "scheduler": type(scheduler).__name__,
        "scheduler_sha256": sha256_hex(scheduler.to_json_string().encode()),
        "attention": _attention(pipeline),
        **({"attention_weights": True} if type(pipeline).__name__ in ARGUMENTS else {}),
        "dtype": str(pipeline.dtype).removeprefix("torch."),
        "device": pipeline.device.type,
        "device_name": _device_name(pipeline.device),
        "threads": torch.get_num_threads(),
        "versions": {name: version(name) for name in ("torch", "diffusers", "transformers")},
    }


def _attention(pipeline: Any) -> list[str]:
    """The classes that compute attention in the denoiser (a UNet or a transformer)."""
    denoiser = getattr(pipeline, "unet", getattr(pipeline, "transformer", None))
    processors = getattr(denoiser, "attn_processors", {})
    return sorted({type(processor).__name__ for processor in processors.values()})


def _device_name(device: Any) -> str:
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        return torch.backends.cpu.get_cpu_capability()
    return str(device.type)
