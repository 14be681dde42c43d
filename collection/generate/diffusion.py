"""The diffusion generator: any text-to-image pipeline of diffusers, from a folder or the hub.

A picture depends on its recipe and on the batch shape, not on its place in the batch or its neighbours:
each image has a generator of its own on the CPU, each text is encoded alone, and every batch is filled up
to the recipe's `batch` with rows that are thrown away. Other shapes, devices, thread counts or versions
may round differently; `identity` records them.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.diffusion_options import FLOW_SCHEDULERS, SCHEDULERS, DiffusionOptions
from collection.generate.diffusion_weights import check_model, find_model, load_pipeline, weights_sha256
from collection.generate.prompt_blend import ARGUMENTS, PromptEncoder, no_negative_prompt, styled_prompts
from collection.generate.torch_session import deterministic, quiet, seeded_generator
from collection.values import Pixels, Recipe, Rendering

if TYPE_CHECKING:
    import torch


class Diffusion:
    """An ImageGenerator that runs one diffusers pipeline; the model is opened by the first `generate` or `identity`."""

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        batch_size: int = 1,
        local_files_only: bool = False,
    ) -> None:
        """`model` is a pipeline's folder or a hub id; `device` auto, cpu, cuda, cuda:N or mps.

        `batch_size` is how many recipes the stage brings to one call; how many are computed together is each
        recipe's own `batch`. With `local_files_only` the hub is never asked. UsageError for a wrong value.
        """
        self.model = model
        self._options = DiffusionOptions(batch=batch_size, dtype=dtype, revision=revision)
        self._device = device
        self._local_files_only = local_files_only

    @property
    def batch_size(self) -> int:
        """Recipes for one call."""
        return self._options.batch

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran: pipeline and scheduler, sha256 of every weights file, versions, dtype, device, threads."""
        from collection.generate.diffusion_identity import identity

        snapshot = self._folder.name if self._folder.parent.name == "snapshots" else self._options.revision
        return identity(self._pipeline, self._scheduler, self._weights, snapshot)

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One picture a recipe, in order; recipes of different steps, guidance, size or scheduler may be mixed.

        Raises GenerationError (naming the recipe's seed or the field) for a recipe this model cannot make as
        written and for a picture that is not one: NaN, black, or withheld by the model's safety checker.
        Raises WeightsError where the model cannot be opened, UsageError for options that cannot be meant.
        """
        options = [self._agreed(recipe) for recipe in recipes]
        pictures: dict[int, Pixels] = {}
        for members in _batches(recipes, options):
            made = self._render([recipes[index] for index in members], options[members[0]])
            pictures.update(zip(members, made, strict=True))
        return [Rendering(pictures[index]) for index in range(len(recipes))]

    def _agreed(self, recipe: Recipe) -> DiffusionOptions:
        """The recipe's options; GenerationError where it was written for another model than this."""
        options = DiffusionOptions.of(recipe.options)
        own = self._options
        for field, asked, held in (
            ("model", recipe.model, self.model),
            ("revision", options.revision, own.revision),
            ("dtype", options.dtype, own.dtype),
        ):
            if asked != held:
                raise GenerationError(
                    f"recipe of seed {recipe.seed} asks for {field} {asked!r}, this run holds {held!r}"
                )
        return options

    @cached_property
    def _weights(self) -> Mapping[str, str]:
        return weights_sha256(self._folder)

    @cached_property
    def _folder(self) -> Path:
        return find_model(self.model, self._options.revision, self._local_files_only)

    @cached_property
    def _pipeline(self) -> Any:
        check_model(self._folder)
        device = resolve_device(self._device)
        if device.type == "cuda":
            # cuBLAS is repeatable only with a fixed workspace, and reads this once (CUDA's cuBLAS documentation).
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        return load_pipeline(self._folder, resolve_dtype(self._options.dtype, device), device)

    @cached_property
    def _scheduler(self) -> Any:
        """The model's own, first asked for before any recipe has put another in its place."""
        return self._pipeline.scheduler

    @cached_property
    def _encoder(self) -> PromptEncoder:
        return PromptEncoder(self._pipeline)

    def _render(self, recipes: Sequence[Recipe], options: DiffusionOptions) -> list[Pixels]:
        import torch

        pipeline = self._pipeline
        rows = [*recipes, *[recipes[-1]] * (options.batch - len(recipes))]
        with quiet() as said, deterministic(), torch.no_grad():
            pipeline.scheduler = self._fresh_scheduler(options.scheduler)
            arguments = self._arguments(rows, options)
            try:
                result = pipeline(**arguments)
            except torch.OutOfMemoryError as error:
                raise GenerationError(
                    f"{self.model} needs more memory for {options.batch} images of {rows[0].width}x{rows[0].height}",
                    "lower batch or size in collection.toml (both are part of the recipe), or use dtype bfloat16",
                ) from error
            except (ValueError, TypeError, RuntimeError) as error:
                raise GenerationError(f"{type(pipeline).__name__} of {self.model} refused: {error}") from error
        _refuse_truncation(said)
        return _pictures(result, recipes)

    def _fresh_scheduler(self, name: str | None) -> Any:
        """A scheduler without memory of an earlier batch."""
        import diffusers

        own = type(self._scheduler).__name__
        if name is None:
            if own not in FLOW_SCHEDULERS and own not in SCHEDULERS.values():
                raise GenerationError(
                    f"{self.model} comes with {own}, which is not known to make an image twice",
                    f"set scheduler to one of {', '.join(SCHEDULERS)}",
                )
            return type(self._scheduler).from_config(self._scheduler.config)
        if own in FLOW_SCHEDULERS:
            raise GenerationError(
                f"{self.model} is a flow-matching model, scheduler {name} cannot drive it", "remove scheduler"
            )
        return getattr(diffusers, SCHEDULERS[name]).from_config(self._scheduler.config)

    def _arguments(self, rows: Sequence[Recipe], options: DiffusionOptions) -> dict[str, Any]:
        shared = {
            "width": rows[0].width,
            "height": rows[0].height,
            "num_inference_steps": options.steps,
            "guidance_scale": options.guidance,
            "generator": [seeded_generator(recipe.seed) for recipe in rows],
            "output_type": "pt",
        }
        if type(self._pipeline).__name__ in ARGUMENTS:
            return {**shared, **self._encoder.arguments(rows)}
        return {**shared, **plain_prompts(self._pipeline, rows)}


def plain_prompts(pipeline: Any, rows: Sequence[Recipe]) -> dict[str, list[str]]:
    """The texts for a pipeline whose embeddings are not ours to make; GenerationError for what it cannot do."""
    name = type(pipeline).__name__
    blended = next((recipe for recipe in rows if len(recipe.blend.parts) > 1), None)
    if blended is not None:
        raise GenerationError(
            f"a {name} cannot blend styles ({', '.join(blended.blend.weights)})",
            f"use one style, or a model of {', '.join(ARGUMENTS)}",
        )
    if len(rows) > 1:
        # Such pipelines may pad a prompt to the longest of its batch: an image would depend on its neighbours.
        raise GenerationError(f"a {name} makes one image at a time, batch = {len(rows)}", "set batch = 1")
    prompts = {"prompt": [styled_prompts(recipe)[0][0] for recipe in rows]}
    if not any(recipe.negative_prompt for recipe in rows):
        return prompts
    if "negative_prompt" not in inspect.signature(pipeline.__call__).parameters:
        raise no_negative_prompt(pipeline)
    return {**prompts, "negative_prompt": [recipe.negative_prompt for recipe in rows]}


def resolve_device(device: str) -> torch.device:
    """`auto` is a CUDA device, else Apple's, else the processor. Raises GenerationError for one that is not here."""
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
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


def _batches(recipes: Sequence[Recipe], options: Sequence[DiffusionOptions]) -> Iterator[list[int]]:
    """Positions of recipes that agree on all a batch shares, at most `batch` of them at a time."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index, (recipe, asked) in enumerate(zip(recipes, options, strict=True)):
        key = (recipe.width, recipe.height, asked.steps, asked.guidance, asked.scheduler, asked.batch)
        groups.setdefault(key, []).append(index)
    for members in groups.values():
        size = options[members[0]].batch
        yield from (members[start : start + size] for start in range(0, len(members), size))


def _refuse_truncation(said: Sequence[str]) -> None:
    for message in said:
        if "truncated" in message:
            raise GenerationError(
                f"the model did not read the whole prompt: {' '.join(message.split())}", "shorten the prompt"
            )


def _pictures(result: Any, recipes: Sequence[Recipe]) -> list[Pixels]:
    """The first rows of a batch as pixels; raises GenerationError for a row that is no picture."""
    import torch

    images = result.images.detach().float().cpu()
    withheld = getattr(result, "nsfw_content_detected", None) or [False] * len(images)
    made: list[Pixels] = []
    for recipe, image, unsafe in zip(recipes, images, withheld, strict=False):
        if unsafe:
            raise _no_picture(recipe, "was withheld by the model's safety checker", "change the prompt or the seed")
        if not bool(torch.isfinite(image).all()):
            raise _no_picture(recipe, "is not a number in places (NaN)", "set dtype to float32")
        pixels: Pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
        if pixels.shape != (recipe.height, recipe.width, 3):
            raise _no_picture(
                recipe, f"came out {pixels.shape[1]}x{pixels.shape[0]}", "choose a size the model can make"
            )
        if not pixels.any():
            raise _no_picture(recipe, "is black all over", "set dtype to float32, or change guidance or scheduler")
        made.append(pixels)
    return made


def _no_picture(recipe: Recipe, what: str, hint: str) -> GenerationError:
    where = f"seed {recipe.seed}, {recipe.width}x{recipe.height}, prompt {recipe.prompt!r}"
    return GenerationError(f"the picture of {where} {what}", hint)
