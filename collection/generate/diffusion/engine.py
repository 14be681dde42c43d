"""One diffusers model at work: its pipelines, what can be mixed into it, and a batch of rows from noise to latents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.diffusion.adapter_files import find_adapter
from collection.generate.diffusion.image_to_image import sketch_arguments
from collection.generate.diffusion.ip_adapter import ENCODER, IpAdapter
from collection.generate.diffusion.lora import LoraMixer
from collection.generate.diffusion.noise import initial_noise
from collection.generate.diffusion.options import FLOW_SCHEDULERS, SCHEDULERS
from collection.generate.diffusion.prompt_blend import ARGUMENTS, PromptEncoder
from collection.generate.diffusion.rows import Mix, Row
from collection.generate.diffusion.weights import load_draft_vae, part_sha256
from collection.generate.pictures import Pictures
from collection.models.determinism import seeded_generator
from collection.models.weights import file_sha256

if TYPE_CHECKING:
    from torch import Tensor


class Engine:
    """A text-to-image pipeline and what else is made of its weights."""

    def __init__(
        self, pipeline: Any, *, folder: Path, pictures: Pictures, local_files_only: bool, offload: bool
    ) -> None:
        """`folder` is where relative paths of adapters begin; `offload` is whether text encoders wait on the CPU."""
        self.pipeline = pipeline
        self.scheduler = pipeline.scheduler
        """The model's own."""
        self._folder = folder
        self._pictures = pictures
        self._local_files_only = local_files_only
        self._offload = offload
        self._eager = getattr(pipeline, "unet", None)
        self._derived: dict[str, Any] = {"": pipeline}
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
        return find_adapter(name, self._folder, self._local_files_only)

    def vae(self, name: str | None) -> Any:
        """The model's own decoder, or the draft decoder in a folder."""
        if name is None:
            return self.pipeline.vae
        if name not in self._drafts:
            own = self.pipeline.vae
            self._drafts[name] = load_draft_vae(self._folder / Path(name).expanduser(), own.dtype, own.device)
        return self._drafts[name]

    def identity_of(self, row: Row) -> dict[str, Any]:
        """SHA-256 of every weights file that this row adds to the model's own."""
        mixes = [row.early, *([row.late] if row.late else [])]
        found = {name: file_sha256(self.find(name)) for mix in mixes for name, _ in mix.loras}
        if row.options.ip_adapter and any(mix.references for mix in mixes):
            file = self.find(row.options.ip_adapter)
            found[row.options.ip_adapter] = file_sha256(file)
            encoder = part_sha256(file.parent / ENCODER) if (file.parent / ENCODER).is_dir() else {}
            found |= {f"{ENCODER}/{name}": digest for name, digest in encoder.items()}
        if row.options.vae:
            weights = part_sha256(self._folder / Path(row.options.vae).expanduser())
            found |= {f"{row.options.vae}/{name}": digest for name, digest in weights.items()}
        return {"adapters": found} if found else {}

    def denoise(self, rows: Sequence[Row]) -> Tensor:
        """The latents of a batch of rows that share what a batch must share."""
        first = rows[0]
        pipeline = self._for(first)
        late = self._conditioning(rows, [row.late for row in rows if row.late]) if first.late else None
        early = self._conditioning(rows, [row.early for row in rows])
        arguments = {**early, **_shared(first), **self._beginning(pipeline, rows), "output_type": "latent"}
        adapter, images = self._looking(first, len(rows))
        try:
            if adapter is not None:
                pipeline.prepare_ip_adapter_image_embeds = lambda *_, **__: images
                arguments["ip_adapter_image_embeds"] = images
            if first.late is not None and late is not None:
                arguments["callback_on_step_end"] = self._switch(first, late, len(rows), adapter, images)
                arguments["callback_on_step_end_tensor_inputs"] = list(_switched(pipeline))
            latents: Tensor = pipeline(**arguments).images
            return latents
        finally:
            vars(pipeline).pop("prepare_ip_adapter_image_embeds", None)
            if adapter is not None:
                adapter.detach()

    def plain(self, rows: Sequence[Row], prompts: Mapping[str, Any], generators: Sequence[Any]) -> Any:
        """What a pipeline makes whose embeddings are not ours: it is told the texts, and decodes itself."""
        self.loras.mix(rows[0].early.loras)
        pipeline = self._for(rows[0])
        size = {"width": rows[0].recipe.width, "height": rows[0].recipe.height}
        return pipeline(**prompts, **_shared(rows[0]), **size, generator=list(generators), output_type="pt")

    def _for(self, row: Row) -> Any:
        """The pipeline that such a row needs, with a scheduler without memory."""
        kind = "inpaint" if row.recipe.mask else "sketch" if row.recipe.sketch else ""
        if kind not in self._derived:
            self._derived[kind] = _derive(self.pipeline, kind)
        pipeline = self._derived[kind]
        pipeline.scheduler = self._fresh_scheduler(row.options.scheduler)
        if self._eager is not None:
            pipeline.unet = self._compiled if row.options.compile else self._eager
        elif row.options.compile:
            raise GenerationError(f"a {type(pipeline).__name__} has no UNet to compile", "set compile = false")
        return pipeline

    @cached_property
    def _compiled(self) -> Any:
        import torch

        return torch.compile(self._eager)

    def _fresh_scheduler(self, name: str | None) -> Any:
        """A scheduler without memory of an earlier batch."""
        import diffusers

        own = type(self.scheduler).__name__
        if name is None:
            if own not in FLOW_SCHEDULERS and own not in SCHEDULERS.values():
                raise GenerationError(
                    f"the model comes with {own}, which is not known to make an image twice",
                    f"set scheduler to one of {', '.join(SCHEDULERS)}",
                )
            return type(self.scheduler).from_config(self.scheduler.config)
        if own in FLOW_SCHEDULERS:
            raise GenerationError(
                f"this is a flow-matching model, scheduler {name} cannot drive it", "remove scheduler"
            )
        return getattr(diffusers, SCHEDULERS[name]).from_config(self.scheduler.config)

    def _conditioning(self, rows: Sequence[Row], mixes: Sequence[Mix]) -> dict[str, Tensor]:
        """The embeddings of mixes of the same LoRAs, which are then in the weights."""
        loras = mixes[0].loras
        self.loras.mix(loras)
        voice = loras if self.loras.change_texts(loras) else ()
        return self.encoder.arguments(mixes, chunks=rows[0].chunks, voice=voice)

    def _beginning(self, pipeline: Any, rows: Sequence[Row]) -> dict[str, Any]:
        """Where the batch begins: pure noise, or sketches to which the pipeline adds noise."""
        size = {"width": rows[0].recipe.width, "height": rows[0].recipe.height}
        if not rows[0].recipe.sketch:
            latents, generators = initial_noise(pipeline, rows)
            return {**size, "latents": latents, "generator": generators}
        generators = [seeded_generator(row.recipe.seed) for row in rows]
        sized = size if rows[0].recipe.mask else {}
        return {**sized, **sketch_arguments(rows, self._pictures), "generator": generators}

    def _guided(self, row: Row) -> bool:
        """Whether the denoiser sees each row twice: consistency models are guided by an embedding instead."""
        return row.options.guidance > 1 and self.pipeline.unet.config.time_cond_proj_dim is None

    def _looking(self, row: Row, count: int) -> tuple[IpAdapter | None, list[Tensor]]:
        """The IP-Adapter, attached as the row's first mix wants it, and the embeddings that the denoiser will read."""
        references = row.early.references or (row.late.references if row.late else ())
        if not references:
            return None, []
        adapter = self._adapter(row)
        images = [adapter.embeds(references, count, self._guided(row))]
        adapter.attach(sum(weight for _, weight in row.early.references))
        return adapter, images

    def _adapter(self, row: Row) -> IpAdapter:
        name = row.options.ip_adapter
        if name is None:
            raise GenerationError(
                f"a style of seed {row.recipe.seed} has reference pictures, and no ip_adapter to look at them with",
                'set ip_adapter = "FILE.safetensors" under [generator]',
            )
        if name not in self._adapters:
            self._adapters[name] = IpAdapter(self.pipeline, self.find(name), self._pictures)
        return self._adapters[name]

    def _switch(
        self, row: Row, late: Mapping[str, Tensor], count: int, adapter: IpAdapter | None, images: Sequence[Tensor]
    ) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
        """The step callback that puts the late mix in the place of the early one, once."""
        switched = False

        def at_step_end(pipeline: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            nonlocal switched
            if switched or row.late is None or index + 1 < row.options.switch * pipeline.num_timesteps:
                return tensors
            switched = True
            self.loras.mix(row.late.loras)
            if adapter is not None:
                adapter.attach(sum(weight for _, weight in row.late.references))
                if row.late.references:
                    images[0].copy_(adapter.embeds(row.late.references, count, self._guided(row)))
            return {**tensors, **self._late_tensors(pipeline, late, self._guided(row))}

        return at_step_end

    def _late_tensors(self, pipeline: Any, late: Mapping[str, Tensor], guided: bool) -> dict[str, Tensor]:
        import torch

        return {
            name: torch.cat([late[f"negative_{source}"], late[source]]) if guided else late[source]
            for name, source in _switched(pipeline).items()
        }


def _switched(pipeline: Any) -> Mapping[str, str]:
    """The tensors of a running pipeline that hold embeddings, and what its call takes them from."""
    pooled = "add_text_embeds" in pipeline._callback_tensor_inputs
    return {"prompt_embeds": "prompt_embeds"} | ({"add_text_embeds": "pooled_prompt_embeds"} if pooled else {})


def _shared(row: Row) -> dict[str, Any]:
    return {"num_inference_steps": row.options.steps, "guidance_scale": row.options.guidance}


def _derive(pipeline: Any, kind: str) -> Any:
    """The image-to-image or inpainting pipeline of the same weights, in the same dtype."""
    from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting

    cls, what = {
        "sketch": (AutoPipelineForImage2Image, "begin from a sketch"),
        "inpaint": (AutoPipelineForInpainting, "paint in a mask"),
    }[kind]
    try:
        found = cls.from_pipe(pipeline)
    except ValueError as error:
        raise GenerationError(f"a {type(pipeline).__name__} cannot {what}: {error}", "use another model") from error
    found.set_progress_bar_config(disable=True)
    return found
