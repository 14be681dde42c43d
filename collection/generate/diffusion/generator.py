"""The diffusion generator: any text-to-image pipeline of diffusers, from a folder or the hub.

A picture depends on its recipe and on the batch shape, not on its place in the batch or its neighbours:
each image has a generator of its own on the CPU, each text is encoded alone, and every batch is filled up
to the recipe's `batch_size` with items that are thrown away. Other shapes, devices, thread counts or versions
may round differently; `identity` records them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from collection.errors import CollectionError, GenerationError, OutOfMemoryError
from collection.generate.diffusion.batch_items import BatchItem, batches
from collection.generate.diffusion.decode import Decoded, decode, pixels_of
from collection.generate.diffusion.engine import Engine
from collection.generate.diffusion.find import find_model
from collection.generate.diffusion.image_to_image import keep_unmasked
from collection.generate.diffusion.options import DiffusionOptions
from collection.generate.diffusion.task import INDEX
from collection.generate.diffusion.weights import ModelFiles, check_model, load_pipeline, weights_sha256
from collection.generate.pictures import Pictures, no_pictures
from collection.models.determinism import deterministic, quiet
from collection.models.device import is_out_of_memory, resolve_device, resolve_dtype
from collection.values import Recipe, Rendering, amount


class Diffusion:
    """An ImageGenerator that runs one diffusers model, which is opened by the first `generate` or `identity`."""

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        configured_by: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        batch_size: int = 1,
        local_files_only: bool = False,
        folder: Path = Path(),
        pictures: Pictures = no_pictures,
        offload_text_encoder: bool = False,
        located: Callable[[str], str] = str,
    ) -> None:
        """`model` is a pipeline's folder, a checkpoint (all weights in one safetensors file, which `configured_by`, a
        pipeline's folder or hub id, configures) or a hub id; `device` auto, cpu, cuda, cuda:N or mps.

        `batch_size` is how many recipes the stage brings to one call; how many are computed together is each
        recipe's own `batch_size`. With `local_files_only` the hub is never asked. `folder` is where relative paths
        begin, `pictures` gives init images, masks and references by SHA-256. With `offload_text_encoder` text
        encoders wait on the CPU while nothing is encoded, which frees their part of an accelerator's memory.
        `located` gives the path of what recipes name otherwise. UsageError for a wrong value.
        """
        self.model = model
        self._options = DiffusionOptions.of(
            {"batch_size": batch_size, "dtype": dtype, "revision": revision, "configured_by": configured_by}
        )
        self._device = device
        self._local_files_only = local_files_only
        self._home = folder
        self._pictures = pictures
        self._offload = offload_text_encoder
        self._located = located

    @property
    def batch_size(self) -> int:
        """Recipes for one call."""
        return self._options.batch_size

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran: pipeline and scheduler, sha256 of every weights file, versions, dtype, device, threads."""
        from collection.generate.diffusion.identity import identity

        return identity(self._engine.pipeline, self._engine.scheduler, self._weights, self._snapshot)

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
        items = [self._checked(BatchItem.of(recipe)) for recipe in recipes]
        renderings: dict[int, Rendering] = {}
        for members in batches(items):
            made = self._render([items[index] for index in members])
            renderings.update(zip(members, made, strict=True))
        return [renderings[index] for index in range(len(items))]

    def _checked(self, item: BatchItem) -> BatchItem:
        """The item, which this model can make as it is written."""
        with quiet():
            self._engine.refuse_unable(item)
            return self._engine.read(item)

    def _check_agreed(self, recipe: Recipe) -> None:
        """GenerationError where a recipe was written for another model than this."""
        options, own = DiffusionOptions.of(recipe.options), self._options
        for field, asked, held in (
            ("generator", recipe.generator, "diffusion"),
            ("model", recipe.model, self.model),
            ("revision", options.revision, own.revision),
            ("dtype", options.dtype, own.dtype),
            ("configured_by", options.configured_by, own.configured_by),
        ):
            if asked != held:
                raise GenerationError(
                    f"recipe of seed {recipe.seed} asks for {field} {asked!r}, this run holds {held!r}"
                )

    @cached_property
    def _weights(self) -> Mapping[str, str]:
        return weights_sha256(self._files)

    @property
    def _snapshot(self) -> str | None:
        """The commit of a hub model; the revision that was asked for, of others."""
        place = self._files.checkpoint or self._files.folder / INDEX
        return place.parent.name if place.parent.parent.name == "snapshots" else self._options.revision

    @cached_property
    def _files(self) -> ModelFiles:
        own = self._options
        configured = own.configured_by and self._located(own.configured_by)
        return find_model(self._located(self.model), own.revision, self._local_files_only, self._home, configured)

    @cached_property
    def _engine(self) -> Engine:
        check_model(self._files)
        device = resolve_device(self._device)
        if device.type == "cuda":
            # cuBLAS is repeatable only with a fixed workspace, and reads this once (CUDA's cuBLAS documentation).
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        pipeline = load_pipeline(self._files, resolve_dtype(self._options.dtype, device), device)
        return Engine(
            pipeline,
            folder=self._home,
            pictures=self._pictures,
            local_files_only=self._local_files_only,
            offload=self._offload,
            located=self._located,
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
            with quiet():
                warnings = (*self._engine.cuts(item), *again)
            renderings.append(Rendering(pixels, warnings=warnings, identity=self._engine.identity_of(item)))
        return renderings

    def _computed(self, items: Sequence[BatchItem], again: bool = False) -> Decoded:
        """A whole batch, computed; all that torch and diffusers raise becomes a GenerationError."""
        import torch

        name = type(self._engine.pipeline).__name__
        with quiet(), deterministic(), torch.no_grad():
            try:
                if self._engine.embeds:
                    latents = self._engine.denoise(items)
                    return decode(self._engine.pipeline, self._engine.vae(items[0].options.vae), latents, again)
                return Decoded.of(self._engine.plain(items[0]))
            except CollectionError:
                raise
            except Exception as error:  # whatever a model raises
                if not (isinstance(error, RuntimeError) and is_out_of_memory(error)):
                    said = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
                    raise GenerationError(f"{name} of {self.model} refused: {said}") from error
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
