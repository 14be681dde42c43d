"""Latents become pictures, and a picture that is none is noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.diffusion.rows import Row
from collection.values import Pixels

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Decoded:
    """A batch of pictures, (n, 3, h, w) float32 on the CPU, 0 black and 1 white, and which were withheld as unsafe."""

    images: Tensor
    withheld: Sequence[bool]

    @classmethod
    def of(cls, result: Any) -> Decoded:
        """What a pipeline gives for `output_type="pt"`."""
        images = result.images.detach().float().cpu()
        return cls(images, getattr(result, "nsfw_content_detected", None) or [False] * len(images))


def decode(pipeline: Any, vae: Any, latents: Tensor) -> tuple[Decoded, Mapping[int, str]]:
    """The pictures of `latents` by `vae`, and why the picture of an index was decoded a second time.

    16 bits can overflow in a VAE that was trained in 32: pictures that are no numbers or black are decoded once more
    in float32. Whatever is then still wrong is left to `pixels_of`.
    """
    import torch

    decoded = _decode(pipeline, vae, latents, _first_dtype(pipeline, vae))
    spoiled = {
        index: reason
        for index, image in enumerate(decoded.images)
        if (reason := _spoiled(image)) and bool(torch.isfinite(latents[index]).all())
    }
    if not spoiled or vae.dtype == torch.float32:
        return decoded, {}
    again = _decode(pipeline, vae, latents, torch.float32)
    images = torch.stack([(again if index in spoiled else decoded).images[index] for index in range(len(latents))])
    withheld = [(again if index in spoiled else decoded).withheld[index] for index in range(len(latents))]
    first = str(vae.dtype).removeprefix("torch.")
    reasons = {index: f"decoded again in float32: in {first} it {reason}" for index, reason in spoiled.items()}
    return Decoded(images, withheld), reasons


def _first_dtype(pipeline: Any, vae: Any) -> torch.dtype:
    """SDXL's VAE says of itself that float16 is too little for it; those before say so too, and do well with it."""
    import torch

    asks = vae.dtype == torch.float16 and "XL" in type(pipeline).__name__
    found: torch.dtype = torch.float32 if asks and getattr(vae.config, "force_upcast", False) else vae.dtype
    return found


def _decode(pipeline: Any, vae: Any, latents: Tensor, dtype: torch.dtype) -> Decoded:
    own = vae.dtype
    try:
        vae.to(dtype=dtype)
        images = vae.decode(_unscaled(vae, latents).to(dtype), return_dict=False)[0]
    finally:
        vae.to(dtype=own)
    withheld: Sequence[bool] | None = None
    if getattr(pipeline, "safety_checker", None) is not None:
        _, withheld = pipeline.run_safety_checker(images, images.device, pipeline.unet.dtype)
    pictures = images.float() / 2 + 0.5
    return Decoded(pictures.cpu(), withheld or [False] * len(latents))


def _unscaled(vae: Any, latents: Tensor) -> Tensor:
    """Latents as the VAE knows them: the denoiser works on latents of mean 0 and variance 1."""
    import torch

    def known(name: str) -> Any:
        found = getattr(vae.config, name, None)
        return None if found is None else torch.tensor(found).view(1, -1, 1, 1).to(latents)

    unscaled: Tensor = latents / vae.config.scaling_factor
    mean, deviation = known("latents_mean"), known("latents_std")
    return unscaled if mean is None or deviation is None else unscaled * deviation + mean


def _spoiled(image: Tensor) -> str | None:
    import torch

    if not bool(torch.isfinite(image).all()):
        return "is not a number in places (NaN)"
    return None if bool((image.clamp(0, 1) * 255).round().any()) else "is black all over"


def pixels_of(decoded: Decoded, rows: Sequence[Row]) -> list[Pixels]:
    """The first pictures of a batch as pixels; raises GenerationError for a row that is no picture."""
    import torch

    made: list[Pixels] = []
    for row, image, unsafe in zip(rows, decoded.images, decoded.withheld, strict=False):
        if unsafe:
            raise _no_picture(row, "was withheld by the model's safety checker", "change the prompt or the seed")
        if reason := _spoiled(image):
            raise _no_picture(row, reason, "set dtype to float32, or change guidance or scheduler")
        pixels: Pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
        if pixels.shape != (row.recipe.height, row.recipe.width, 3):
            raise _no_picture(row, f"came out {pixels.shape[1]}x{pixels.shape[0]}", "choose a size the model can make")
        made.append(pixels)
    return made


def _no_picture(row: Row, what: str, hint: str) -> GenerationError:
    recipe = row.recipe
    where = f"seed {recipe.seed}, {recipe.width}x{recipe.height}, prompt {recipe.prompt!r}"
    return GenerationError(f"the picture of {where} {what}", hint)
