"""One diffusers model at work: its pipelines, what can be mixed into it, and a batch of items from noise to latents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.diffusion.adapter_files import find_adapter
from collection.generate.diffusion.batch_items import BatchItem, Conditioning
from collection.generate.diffusion.image_to_image import image_arguments, painting_in_masks
from collection.generate.diffusion.ip_adapter import ENCODER, IpAdapter, with_given_embeddings
from collection.generate.diffusion.lora import LoraMixer
from collection.generate.diffusion.noise import initial_noise
from collection.generate.diffusion.plain import no_negative_prompt, plain_arguments, unread
from collection.generate.diffusion.prompt_blend import ARGUMENTS, PromptEncoder
from collection.generate.diffusion.schedulers import fresh_scheduler, set_scheduler
from collection.generate.diffusion.sizes import check_size
from collection.generate.diffusion.weights import load_vae, part_sha256
from collection.generate.pictures import Pictures
from collection.models.determinism import seeded_generator
from collection.models.weights import file_sha256, told_license

if TYPE_CHECKING:
    from torch import Tensor


class Engine:
    """A text-to-image pipeline and what else is made of its weights."""

    def __init__(
        self, pipeline: Any, *, folder: Path, pictures: Pictures, local_files_only: bool, offload: bool,
        located: Callable[[str], str] = str,
    ) -> None:  # fmt: skip
        """`folder` is where relative paths of adapters begin, `located` gives those that recipes name otherwise;
        `offload` is whether text encoders wait on the CPU."""
        self.pipeline = pipeline
        self.scheduler = pipeline.scheduler
        """The model's own."""
        self._folder = folder
        self._pictures = pictures
        self._local_files_only = local_files_only
        self._offload = offload
        self._located = located
        self._eager = getattr(pipeline, "unet", None)
        self._derived: dict[tuple[str, bool], Any] = {("", False): pipeline}
        self._adapters: dict[str, IpAdapter] = {}
        self._drafts: dict[str, Any] = {}
        self.find = lru_cache(self._find)
        """The file of an adapter."""
        self.loras = LoraMixer(pipeline, self.find)

    @property
    def embeds(self) -> bool:
        """Whether the embeddings of this pipeline are ours to make; of others only plain prompts are asked."""
        return type(self.pipeline).__name__ in ARGUMENTS

    @cached_property
    def encoder(self) -> PromptEncoder:
        """What reads the texts."""
        return PromptEncoder(self.pipeline, self._offload)

    def _find(self, name: str) -> Path:
        return find_adapter(self._located(name), self._folder, self._local_files_only)

    def vae(self, name: str | None) -> Any:
        """The model's own decoder, or the one in a folder."""
        if name is None:
            return self.pipeline.vae
        if name not in self._drafts:
            self._drafts[name] = load_vae(self._vae_folder(name), self.pipeline.vae)
        return self._drafts[name]

    def _vae_folder(self, name: str) -> Path:
        return self._folder / Path(self._located(name)).expanduser()

    def identity_of(self, item: BatchItem) -> dict[str, Any]:
        """SHA-256 of every weights file that this item adds to the model's own, and the licenses that LoRAs tell."""
        found = {name: file_sha256(self.find(name)) for name in self._lora_names(item)}
        if item.options.ip_adapter and any(mix.references for mix in item.conditionings):
            file = self.find(item.options.ip_adapter)
            found[item.options.ip_adapter] = file_sha256(file)
            encoder = part_sha256(file.parent / ENCODER) if (file.parent / ENCODER).is_dir() else {}
            found |= {f"{ENCODER}/{name}": digest for name, digest in encoder.items()}
        if item.options.vae:
            weights = part_sha256(self._vae_folder(item.options.vae))
            found |= {f"{item.options.vae}/{name}": digest for name, digest in weights.items()}
        told = {name: license for name in self._lora_names(item) if (license := told_license(self.find(name)))}
        return {**({"adapters": found} if found else {}), **({"adapter_licenses": told} if told else {})}

    def _lora_names(self, item: BatchItem) -> list[str]:
        return sorted({name for mix in item.conditionings for name, _ in mix.loras})

    def denoise(self, items: Sequence[BatchItem]) -> Tensor:
        """The latents of a batch of items that share what a batch must share."""
        first = items[0]
        shown = bool(first.early.references or (first.late and first.late.references))
        pipeline = self._for(first, shown=shown)
        late = self._conditioning(items, [item.late for item in items if item.late]) if first.late else None
        early = self._conditioning(items, [item.early for item in items])
        arguments = {**early, **_shared(first), **self._initial_latents(pipeline, items), "output_type": "latent"}
        adapter, images = self._image_prompt(first, len(items))
        try:
            if adapter is not None:
                arguments["ip_adapter_image_embeds"] = images
            if first.late is not None and late is not None:
                arguments["callback_on_step_end"] = self._switch(first, late, len(items), adapter, images)
                arguments["callback_on_step_end_tensor_inputs"] = list(_switched(pipeline))
            latents: Tensor = pipeline(**arguments).images
            return latents
        finally:
            if adapter is not None:
                adapter.detach()

    def plain(self, item: BatchItem) -> Any:
        """What a pipeline makes whose embeddings are not ours: it is told the texts, and decodes itself."""
        self.loras.mix(item.early.loras)
        pipeline = self._for(item)
        generators = [seeded_generator(item.recipe.seed)]
        return pipeline(**plain_arguments(pipeline, item), generator=generators, output_type="pt")

    def refuse_unable(self, item: BatchItem) -> None:
        """Raise GenerationError, before anything is computed, for what this model would ignore or cannot do."""
        if not self.embeds:
            plain_arguments(self.pipeline, item)
        elif item.recipe.negative_prompt and not self.encoder.negative:
            raise no_negative_prompt(self.pipeline)
        check_size(self._for(item), item.recipe)
        if item.options.vae:
            self.vae(item.options.vae)

    def read(self, item: BatchItem) -> BatchItem:
        """The item with what its texts come to; raises GenerationError for one that this model does not read whole."""
        if self.embeds:
            return replace(item, chunks=self.encoder.chunks(item))
        unread(self.pipeline, item)
        return item

    def cuts(self, item: BatchItem) -> tuple[str, ...]:
        """What of an item's texts and LoRAs the model does not read."""
        unused = [(name, self.loras.unused(name)) for name in self._lora_names(item)]
        return (
            *(self.encoder.cuts(item) if self.embeds else unread(self.pipeline, item)),
            *(f"of LoRA {name} not all was used: {_some(names)}" for name, names in unused if names),
        )

    def _for(self, item: BatchItem, shown: bool = False) -> Any:
        """The pipeline that such an item needs, with a scheduler without memory; `shown`: it looks at references."""
        kind = "inpaint" if item.recipe.mask_image else "init_image" if item.recipe.init_image else ""
        if (kind, False) not in self._derived:
            self._derived[kind, False] = _derive(self.pipeline, kind)
        if (kind, shown) not in self._derived:
            self._derived[kind, True] = with_given_embeddings(self._derived[kind, False])
        pipeline = self._derived[kind, shown]
        set_scheduler(pipeline, fresh_scheduler(self.scheduler, item.options.scheduler))
        if self._eager is not None:
            network = self._compiled if item.options.compile else self._eager
            pipeline.unet = painting_in_masks(network) if kind == "inpaint" else network
        elif item.options.compile:
            raise GenerationError(f"a {type(pipeline).__name__} has no UNet to compile", "set compile = false")
        return pipeline

    @cached_property
    def _compiled(self) -> Any:
        import torch

        return torch.compile(self._eager)

    def _conditioning(self, items: Sequence[BatchItem], conditionings: Sequence[Conditioning]) -> dict[str, Tensor]:
        """The embeddings of conditionings of the same LoRAs, which are then in the weights."""
        loras = conditionings[0].loras
        self.loras.mix(loras)
        lora_key = loras if self.loras.change_texts(loras) else ()
        return self.encoder.arguments(conditionings, chunks=items[0].chunks, lora_key=lora_key)

    def _initial_latents(self, pipeline: Any, items: Sequence[BatchItem]) -> dict[str, Any]:
        """Where the batch begins: pure noise, or init images to which the pipeline adds noise."""
        size = {"width": items[0].recipe.width, "height": items[0].recipe.height}
        if not items[0].recipe.init_image:
            latents, generators = initial_noise(pipeline, items)
            return {**size, "latents": latents, "generator": generators}
        generators = [seeded_generator(item.recipe.seed) for item in items]
        sized = size if items[0].recipe.mask_image else {}
        return {**sized, **image_arguments(items, self._pictures), "generator": generators}

    def _guided(self, item: BatchItem) -> bool:
        """Whether the denoiser sees each item twice: consistency models are guided by an embedding instead."""
        return item.options.guidance > 1 and self.pipeline.unet.config.time_cond_proj_dim is None

    def _image_prompt(self, item: BatchItem, count: int) -> tuple[IpAdapter | None, list[Tensor]]:
        """The IP-Adapter, attached as the item's first mix wants it, and the embeddings that the denoiser will read."""
        references = item.early.references or (item.late.references if item.late else ())
        if not references:
            return None, []
        adapter = self._adapter(item)
        images = [adapter.embeds(references, count, self._guided(item))]
        adapter.attach(sum(weight for _, weight in item.early.references))
        return adapter, images

    def _adapter(self, item: BatchItem) -> IpAdapter:
        name = item.options.ip_adapter
        if name is None:
            raise GenerationError(
                f"a style of seed {item.recipe.seed} has reference pictures, and no ip_adapter to look at them with",
                'set ip_adapter = "FILE.safetensors" under [generator]',
            )
        if name not in self._adapters:
            self._adapters[name] = IpAdapter(self.pipeline, self.find(name), self._pictures)
        return self._adapters[name]

    def _switch(
        self,
        item: BatchItem,
        late: Mapping[str, Tensor],
        count: int,
        adapter: IpAdapter | None,
        images: Sequence[Tensor],
    ) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
        """The step callback that puts the late mix in the place of the early one, once."""
        switched = False

        def at_step_end(pipeline: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            nonlocal switched
            if switched or item.late is None or index + 1 < item.options.switch_at * pipeline.num_timesteps:
                return tensors
            switched = True
            self.loras.mix(item.late.loras)
            if adapter is not None:
                adapter.attach(sum(weight for _, weight in item.late.references))
                if item.late.references:
                    images[0].copy_(adapter.embeds(item.late.references, count, self._guided(item)))
            return {**tensors, **self._late_tensors(pipeline, late, self._guided(item))}

        return at_step_end

    def _late_tensors(self, pipeline: Any, late: Mapping[str, Tensor], guided: bool) -> dict[str, Tensor]:
        import torch

        return {
            name: torch.cat([late[f"negative_{source}"], late[source]]) if guided else late[source]
            for name, source in _switched(pipeline).items()
        }


def _some(names: Sequence[str], most: int = 4) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _switched(pipeline: Any) -> Mapping[str, str]:
    """The tensors of a running pipeline that hold embeddings, and what its call takes them from."""
    pooled = "add_text_embeds" in pipeline._callback_tensor_inputs
    return {"prompt_embeds": "prompt_embeds"} | ({"add_text_embeds": "pooled_prompt_embeds"} if pooled else {})


def _shared(item: BatchItem) -> dict[str, Any]:
    return {"num_inference_steps": item.options.steps, "guidance_scale": item.options.guidance}


def _derive(pipeline: Any, kind: str) -> Any:
    """The image-to-image or inpainting pipeline of the same weights, in the same dtype."""
    from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting

    cls, what = {
        "init_image": (AutoPipelineForImage2Image, "begin from an init image"),
        "inpaint": (AutoPipelineForInpainting, "paint in a mask"),
    }[kind]
    try:
        found = cls.from_pipe(pipeline)
    except ValueError as error:
        raise GenerationError(f"a {type(pipeline).__name__} cannot {what}: {error}", "use another model") from error
    found.set_progress_bar_config(disable=True)
    return found
