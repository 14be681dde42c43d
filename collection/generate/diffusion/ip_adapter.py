"""Styles shown by pictures: an IP-Adapter (Ye et al. 2023) gives a denoiser reference images to attend to."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.generate.diffusion.adapter_files import read_adapter
from collection.generate.diffusion.batch_items import WeightedTerms
from collection.generate.diffusion.weights import check_component
from collection.generate.pictures import Pictures

if TYPE_CHECKING:
    from torch import Tensor

ENCODER = "image_encoder"
"""The folder, beside the adapter's file, of the CLIP vision model that it was trained with."""

_PICTURES_KEPT = 256


class IpAdapter:
    """An IP-Adapter on a pipeline's UNet, and the embeddings of reference pictures. Raises WeightsError."""

    def __init__(self, pipeline: Any, path: Path, pictures: Pictures) -> None:
        self._pipeline = pipeline
        self._unet = pipeline.unet
        self._pictures = pictures
        self._plain = dict(self._unet.attn_processors)
        self._encoder = _load_encoder(pipeline, path.parent / ENCODER)
        _load_adapter(pipeline, path, self._encoder)
        self._image_prompt = dict(self._unet.attn_processors)
        self._projection = self._unet.encoder_hid_proj
        self._embed = lru_cache(maxsize=_PICTURES_KEPT)(self._embed_alone)
        self.detach()

    def attach(self, scale: float) -> None:
        """Let the UNet attend to pictures, `scale` times as much as to text."""
        self._unet.set_attn_processor(dict(self._image_prompt))
        self._unet.encoder_hid_proj = self._projection
        self._unet.config.encoder_hid_dim_type = "ip_image_proj"
        self._pipeline.set_ip_adapter_scale(scale)

    def detach(self) -> None:
        """Give the UNet back as it was."""
        self._unet.set_attn_processor(dict(self._plain))
        self._unet.encoder_hid_proj = None
        self._unet.config.encoder_hid_dim_type = None

    def embeds(self, references: WeightedTerms, items: int, guided: bool) -> Tensor:
        """The weighted mean of the pictures' embeddings, the same for each item: (items, 1, ...), or under guidance
        (2 * items, 1, ...) with those of no picture first."""
        import torch

        whole = sum(weight for _, weight in references)
        encoded = [(*self._embed(sha256), weight / whole) for sha256, weight in references]
        shown = torch.stack([weight * embeds.float() for embeds, _, weight in encoded]).sum(dim=0)
        nothing = encoded[0][1]
        parts = [nothing.float(), shown] if guided else [shown]
        return torch.cat([part.repeat(items, *[1] * (part.ndim - 1)) for part in parts]).to(nothing.dtype)

    def _embed_alone(self, sha256: str) -> tuple[Tensor, Tensor]:
        """Embeddings (1, 1, ...) of a picture and of no picture, as the adapter was trained to read them."""
        from diffusers.models.embeddings import ImageProjection
        from PIL import Image
        from transformers import CLIPImageProcessor

        encoder, size = self._encoder, self._encoder.config.image_size
        prepared = CLIPImageProcessor(size=size, crop_size=size)(
            Image.fromarray(self._pictures(sha256)), return_tensors="pt"
        ).pixel_values.to(encoder.device, encoder.dtype)
        if isinstance(self._projection.image_projection_layers[0], ImageProjection):
            shown = encoder(prepared).image_embeds[None]
            return shown, shown * 0
        black = prepared * 0
        shown, nothing = (encoder(each, output_hidden_states=True).hidden_states[-2] for each in (prepared, black))
        return shown[None], nothing[None]


def _load_encoder(pipeline: Any, folder: Path) -> Any:
    """The vision model in `folder`, or else the one that the pipeline has."""
    from transformers import CLIPVisionModelWithProjection

    if not folder.is_dir():
        if getattr(pipeline, ENCODER, None) is not None:
            return pipeline.image_encoder
        raise WeightsError(
            f"there is no image encoder at {folder}", f"put the adapter's {ENCODER} folder beside its file"
        )
    check_component(folder.parent, folder)
    unet = pipeline.unet
    try:
        encoder = CLIPVisionModelWithProjection.from_pretrained(folder, local_files_only=True, dtype=unet.dtype)
    except (OSError, ValueError, RuntimeError) as error:
        raise WeightsError(f"the image encoder in {folder} cannot be loaded: {error}") from error
    return encoder.eval().to(unet.device)


def _load_adapter(pipeline: Any, path: Path, encoder: Any) -> None:
    tensors, _ = read_adapter(path)
    parts = {
        part: {name.removeprefix(f"{part}."): tensor for name, tensor in tensors.items() if name.startswith(f"{part}.")}
        for part in ("image_proj", "ip_adapter")
    }
    for part, found in parts.items():
        if not found:
            raise WeightsError(f"{path.name} is no IP-Adapter: it has no tensor {part}.*", "name another file")
    try:
        pipeline.load_ip_adapter(parts, subfolder="", weight_name="", image_encoder_folder=None)
        wanted = pipeline.unet.encoder_hid_proj.image_projection_layers[0]
        _check_encoder(path, wanted, encoder)
    except (KeyError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(f"IP-Adapter {path.name} was made for another model: {reason}") from error


def _check_encoder(path: Path, projection: Any, encoder: Any) -> None:
    from diffusers.models.embeddings import ImageProjection

    if not isinstance(projection, ImageProjection):
        return
    wanted, given = projection.image_embeds.in_features, encoder.config.projection_dim
    if wanted != given:
        raise WeightsError(
            f"IP-Adapter {path.name} reads embeddings of {wanted} numbers, its {ENCODER} gives {given}",
            f"put the {ENCODER} that it was trained with beside it",
        )


class _GivenEmbeddings:
    """A pipeline's step that takes the embeddings of reference pictures as they are, one set for each image.

    The pipelines' own step repeats one set for all images of a batch, so that they would share their references
    (huggingface/diffusers issue 9813).
    """

    def prepare_ip_adapter_image_embeds(self, image: Any, embeddings: list[Tensor], *_: Any, **__: Any) -> list[Tensor]:
        """The embeddings that the pipeline was called with."""
        return embeddings


def with_given_embeddings(pipeline: Any) -> Any:
    """A pipeline of the same weights and class name that takes embeddings of reference pictures as they are."""
    kind = type(pipeline)
    derived: Any = type(kind.__name__, (_GivenEmbeddings, kind), {})
    found = derived.from_pipe(pipeline, dtype=pipeline.dtype)
    found.set_progress_bar_config(disable=True)
    return found
