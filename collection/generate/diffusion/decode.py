"""Latents become pictures, and a picture that is none is noticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import BatchItem
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

    def spoiled(self, count: int) -> dict[int, str]:
        """Of the first `count` pictures, those that are none, and why."""
        found = {index: _spoiled(image) for index, image in enumerate(self.images[:count])}
        return {index: reason for index, reason in found.items() if reason}

    def replaced(self, other: Decoded, indices: Collection[int]) -> Decoded:
        """These pictures, but those of `indices` from another batch."""
        import torch

        chosen = [other if index in indices else self for index in range(len(self.images))]
        images = torch.stack([batch.images[index] for index, batch in enumerate(chosen)])
        return Decoded(images, [batch.withheld[index] for index, batch in enumerate(chosen)])


def decode(pipeline: Any, vae: Any, latents: Tensor, again: bool) -> Decoded:
    """The pictures of `latents` by `vae`; `again` in float32, since 16 bits can overflow in a VAE trained in 32."""
    import torch

    dtype = torch.float32 if again else _first_dtype(pipeline, vae)
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


def _first_dtype(pipeline: Any, vae: Any) -> torch.dtype:
    """SDXL's VAE says of itself that float16 is too little for it; those before say so too, and do well with it."""
    import torch

    asks = vae.dtype == torch.float16 and "XL" in type(pipeline).__name__
    found: torch.dtype = torch.float32 if asks and getattr(vae.config, "force_upcast", False) else vae.dtype
    return found


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


def pixels_of(decoded: Decoded, items: Sequence[BatchItem], first: Mapping[int, str]) -> list[Pixels]:
    """The first pictures of a batch as pixels; raises GenerationError for an item that is no picture.

    `first` says of those that were made twice what was wrong with them before.
    """
    import torch

    spoiled, made = decoded.spoiled(len(items)), list[Pixels]()
    for index, (item, image, unsafe) in enumerate(zip(items, decoded.images, decoded.withheld, strict=False)):
        if unsafe:
            raise _no_picture(item, "was withheld by the model's safety checker", "change the prompt or the seed")
        if index in spoiled:
            twice = f"{first[index]}; made once more, it {spoiled[index]}"
            raise _no_picture(item, twice, "set dtype to float32, or change guidance or scheduler")
        pixels: Pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
        if pixels.shape != (item.recipe.height, item.recipe.width, 3):
            raise _no_picture(item, f"came out {pixels.shape[1]}x{pixels.shape[0]}", "choose a size the model can make")
        made.append(pixels)
    return made


def _no_picture(item: BatchItem, what: str, hint: str) -> GenerationError:
    recipe = item.recipe
    where = f"seed {recipe.seed}, {recipe.width}x{recipe.height}, prompt {recipe.prompt!r}"
    return GenerationError(f"the picture of {where} {what}", hint)
