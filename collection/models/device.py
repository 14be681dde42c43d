"""Where a diffusion model computes, and in which numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collection.errors import GenerationError
from collection.models.environment import best_device

if TYPE_CHECKING:
    import torch


def resolve_device(device: str) -> torch.device:
    """`auto` is a CUDA device, else Apple's, else the processor. Raises GenerationError for one that is not here."""
    import torch

    device = best_device() if device == "auto" else device
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise GenerationError(
            f"device {device!r} cannot be used here: {reason}", "set device to auto or cpu"
        ) from error


def resolve_dtype(dtype: str, device: torch.device) -> torch.dtype:
    """`auto` is float32, on a CUDA device bfloat16 (float16 before Ampere, which has no bfloat16)."""
    import torch

    if dtype == "auto":
        if device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    found: torch.dtype = getattr(torch, dtype)
    return found


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a device had no room: CUDA has a class for that, the processor and Apple's devices only words."""
    import torch

    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, torch.OutOfMemoryError) or any(word in str(error) for word in words)


def use_threads(threads: int) -> None:
    """Let torch compute with so many threads in this process."""
    import torch

    torch.set_num_threads(threads)


def release_memory() -> None:
    """Give back what a CUDA device keeps for tensors that are gone."""
    import sys

    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
