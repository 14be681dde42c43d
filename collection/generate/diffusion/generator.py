"""The diffusion generator: any text-to-image pipeline of diffusers, from a folder or the hub.

A picture depends on its recipe and on the batch shape, not on its place in the batch or its neighbours:
each image has a generator of its own on the CPU, each text is encoded alone, and every batch is filled up
to the recipe's `batch_size` with items that are thrown away. Other shapes, devices, thread counts or versions
may round differently; `identity` records them.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from collection.errors import GenerationError, OutOfMemoryError
from collection.generate.diffusion.batch_items import BatchItem, batches
from collection.generate.diffusion.decode import Decoded, decode, pixels_of
from collection.generate.diffusion.engine import Engine
from collection.generate.diffusion.image_to_image import keep_unmasked
from collection.generate.diffusion.options import DiffusionOptions
from collection.generate.diffusion.prompt_blend import ARGUMENTS, no_negative_prompt
from collection.generate.diffusion.weights import check_model, find_model, load_pipeline, weights_sha256
from collection.generate.pictures import Pictures, no_pictures
from collection.models.determinism import deterministic, quiet, seeded_generator
from collection.models.device import is_out_of_memory, resolve_device, resolve_dtype
from collection.values import Recipe, Rendering, amount


class Diffusion:
    """An ImageGenerator that runs one diffusers model, which is opened by the first `generate` or `identity`."""

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        batch_size: int = 1,
        local_files_only: bool = False,
        folder: Path = Path(),
        pictures: Pictures = no_pictures,
        offload_text_encoder: bool = False,
    ) -> None:
        """`model` is a pipeline's folder or a hub id; `device` auto, cpu, cuda, cuda:N or mps.

        `batch_size` is how many recipes the stage brings to one call; how many are computed together is each
        recipe's own `batch_size`. With `local_files_only` the hub is never asked. `folder` is where relative paths
        begin, `pictures` gives init images, masks and references by SHA-256. With `offload_text_encoder` text
        encoders wait on the CPU while nothing is encoded, which frees their part of an accelerator's memory.
        UsageError for a wrong value.
        """
        self.model = model
        self._options = DiffusionOptions.of({"batch_size": batch_size, "dtype": dtype, "revision": revision})
        self._device = device
        self._local_files_only = local_files_only
        self._home = folder
        self._pictures = pictures
        self._offload = offload_text_encoder

    @property
    def batch_size(self) -> int:
        """Recipes for one call."""
        return self._options.batch_size

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran: pipeline and scheduler, sha256 of every weights file, versions, dtype, device, threads."""
        from collection.generate.diffusion.identity import identity

        snapshot = self._folder.name if self._folder.parent.name == "snapshots" else self._options.revision
        return identity(self._engine.pipeline, self._engine.scheduler, self._weights, snapshot)

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One picture a recipe, in order; recipes of any options may be mixed, and those that can share a batch do.

        Raises GenerationError (naming the recipe's seed or the field) for a recipe this model cannot make as
        written and for a picture that is not one: NaN or black, also when computed once more, or withheld by the
        model's safety checker.
        Raises OutOfMemoryError where the device has no room for the batch, WeightsError where the model or an adapter
        cannot be opened, UsageError for options that cannot be meant.
        """
        for recipe in recipes:
            self._check_agreed(recipe)
        items = [BatchItem.of(recipe) for recipe in recipes]
        if items and self._engine.embeds:
            with quiet():
                items = [replace(item, chunks=self._engine.encoder.chunks(item)) for item in items]
        renderings: dict[int, Rendering] = {}
        for members in batches(items):
            made = self._render([items[index] for index in members])
            renderings.update(zip(members, made, strict=True))
        return [renderings[index] for index in range(len(items))]

    def _check_agreed(self, recipe: Recipe) -> None:
        """GenerationError where a recipe was written for another model than this."""
        options, own = DiffusionOptions.of(recipe.options), self._options
        for field, asked, held in (
            ("generator", recipe.generator, "diffusion"),
            ("model", recipe.model, self.model),
            ("revision", options.revision, own.revision),
            ("dtype", options.dtype, own.dtype),
        ):
            if asked != held:
                raise GenerationError(
                    f"recipe of seed {recipe.seed} asks for {field} {asked!r}, this run holds {held!r}"
                )

    @cached_property
    def _weights(self) -> Mapping[str, str]:
        return weights_sha256(self._folder)

    @cached_property
    def _folder(self) -> Path:
        return find_model(self.model, self._options.revision, self._local_files_only, self._home)

    @cached_property
    def _engine(self) -> Engine:
        check_model(self._folder)
        device = resolve_device(self._device)
        if device.type == "cuda":
            # cuBLAS is repeatable only with a fixed workspace, and reads this once (CUDA's cuBLAS documentation).
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        pipeline = load_pipeline(self._folder, resolve_dtype(self._options.dtype, device), device)
        return Engine(
            pipeline,
            folder=self._home,
            pictures=self._pictures,
            local_files_only=self._local_files_only,
            offload=self._offload,
        )

    def _render(self, items: Sequence[BatchItem]) -> list[Rendering]:
        """The pictures of items that share a batch, which is filled up to its shape.

        If one is no picture, the batch is computed once more: with the decoder in float32, where 16 bits may have
        been too few, and on a device that may have failed for once.
        """
        filled = [*items, *[items[-1]] * (items[0].options.batch_size - len(items))]
        decoded = self._computed(filled)
        first = decoded.spoiled(len(items))
        if first:
            decoded = decoded.replaced(self._computed(filled, again=True), first)
        renderings = []
        for index, (item, pixels) in enumerate(zip(items, pixels_of(decoded, items, first), strict=True)):
            if item.recipe.mask_image:
                pixels = keep_unmasked(pixels, item, self._pictures)
            how = ", decoded in float32" if self._engine.embeds else ""
            again = [f"made a second time{how}: the first {first[index]}"] if index in first else []
            warnings = (*self._cuts(item), *again)
            renderings.append(Rendering(pixels, warnings=warnings, identity=self._engine.identity_of(item)))
        return renderings

    def _cuts(self, item: BatchItem) -> tuple[str, ...]:
        """What of an item's texts was not read."""
        if not self._engine.embeds:
            return ()
        with quiet():
            return self._engine.encoder.cuts(item)

    def _computed(self, items: Sequence[BatchItem], again: bool = False) -> Decoded:
        """A whole batch, computed; all that torch and diffusers raise becomes a GenerationError."""
        import torch

        name = type(self._engine.pipeline).__name__
        with quiet() as said, deterministic(), torch.no_grad():
            try:
                if self._engine.embeds:
                    latents = self._engine.denoise(items)
                    return decode(self._engine.pipeline, self._engine.vae(items[0].options.vae), latents, again)
                prompts = plain_prompts(self._engine.pipeline, items)
                result = self._engine.plain(items, prompts, [seeded_generator(item.recipe.seed) for item in items])
            except (ValueError, TypeError, RuntimeError) as error:
                if not (isinstance(error, RuntimeError) and is_out_of_memory(error)):
                    raise GenerationError(f"{name} of {self.model} refused: {error}") from error
            else:
                _refuse_truncation(said)
                return Decoded.of(result)
        # Raised out here, so that the error does not hold on to the tensors of the failed call.
        raise self._too_large(items)

    def _too_large(self, items: Sequence[BatchItem]) -> OutOfMemoryError:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        recipe = items[0].recipe
        return OutOfMemoryError(
            f"{self.model} needs more memory for {amount(len(items), 'image')} of {recipe.width}x{recipe.height}",
            "lower batch or size in collection.toml (both are part of the recipe), or use dtype bfloat16",
            len(items),
        )


def plain_prompts(pipeline: Any, items: Sequence[BatchItem]) -> dict[str, list[str]]:
    """The texts for a pipeline whose embeddings are not ours to make; GenerationError for what it cannot do."""
    name = type(pipeline).__name__
    for item in items:
        recipe = item.recipe
        demands = {
            f"blend styles ({', '.join(recipe.blend.weights)})": len(item.early.texts) > 1,
            "change its blend on the way": item.late,
            "look at reference pictures": item.early.references,
            "begin from an init image": recipe.init_image,
            "move toward another recipe": item.interpolation_target,
            "decode with a draft VAE": item.options.vae,
        }
        for what, asked in demands.items():
            if asked:
                raise GenerationError(f"a {name} cannot {what}", f"use a model of {', '.join(ARGUMENTS)}")
    if len(items) > 1:
        # Such pipelines may pad a prompt to the longest of its batch: an image would depend on its neighbours.
        raise GenerationError(f"a {name} makes one image at a time, batch_size = {len(items)}", "set batch_size = 1")
    prompts = {"prompt": [item.early.texts[0][0] for item in items]}
    if not any(item.recipe.negative_prompt for item in items):
        return prompts
    if "negative_prompt" not in inspect.signature(pipeline.__call__).parameters:
        raise no_negative_prompt(pipeline)
    return {**prompts, "negative_prompt": [item.recipe.negative_prompt for item in items]}


def _refuse_truncation(said: Sequence[str]) -> None:
    for message in said:
        if "truncated" in message:
            raise GenerationError(
                f"the model did not read the whole prompt: {' '.join(message.split())}", "shorten the prompt"
            )
