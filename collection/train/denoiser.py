"""A text-to-image pipeline as what a LoRA learns in: its denoiser, and how that pipeline calls it.

Families of models call their denoisers by different names, with different latents and times. None of that is written
down here. The pipeline itself makes a picture of two steps, and what it hands to its denoiser, and what it hands on to
its scheduler, is recorded. A training step repeats that call with the latents of a picture in the place of the noise.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from collection.errors import CollectionError, GenerationError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.diffusion.plain import plain_arguments
from collection.models.determinism import quiet, seeded_generator
from collection.values import Recipe

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Call:
    """How a pipeline calls its denoiser for one text."""

    arguments: Mapping[str, Any]
    """By the names of the denoiser's parameters; the latents and the time are replaced."""
    latents: str
    """The parameter that takes noisy latents: the first."""
    shape: tuple[int, ...]
    """Of these latents."""
    rate: float
    offset: float
    """The denoiser's time is `rate` times the scheduler's, and `offset`."""
    sign: int
    """1, or -1 where the pipeline turns what its denoiser says around."""


class Denoiser:
    """The denoiser of a pipeline, and what a training step needs of the parts around it."""

    def __init__(self, pipeline: Any, size: int) -> None:
        """`size`: pixels of a side. Raises GenerationError for a pipeline that works in a way not known here."""
        self.pipeline, self.size = pipeline, size
        self.component = "unet" if hasattr(pipeline, "unet") else "transformer"
        self.network: Any = getattr(pipeline, self.component, None)
        self.flow = "FlowMatch" in type(pipeline.scheduler).__name__
        scale = getattr(getattr(getattr(pipeline, "vae", None), "config", None), "scaling_factor", None)
        if self.network is None or scale is None:
            raise self._unable("it has no denoiser and VAE of the usual make")
        if not self.flow and not hasattr(pipeline.scheduler, "alphas_cumprod"):
            raise self._unable(f"the noise of its {type(pipeline.scheduler).__name__} is not known here")

    def _unable(self, why: str) -> GenerationError:
        name = type(self.pipeline).__name__
        return GenerationError(f"a LoRA for a {name} cannot be trained here: {why}", "use a model of another family")

    def latents_of(self, pictures: Tensor) -> Tensor:
        """The latents of pictures (n, 3, s, s), -1 to 1, by the model's own VAE in float32; on the processor."""
        vae = self.pipeline.vae
        config, dtype, device = vae.config, vae.dtype, vae.device
        found = []
        with quiet(), torch.no_grad():
            vae.to(torch.float32)
            for picture in pictures:
                encoded = vae.encode(picture[None].to(device))
                latents = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded[0]
                shift = getattr(config, "shift_factor", None) or 0.0
                found.append(((latents - shift) * config.scaling_factor).cpu())
            vae.to(dtype)
        return torch.cat(found)

    def arranged(self, latents: Tensor, call: Call) -> Tensor:
        """Latents (1, c, h, w) as the denoiser takes them: as they are, or packed by the pipeline."""
        if tuple(latents.shape) == call.shape:
            return latents
        pack = getattr(self.pipeline, "_pack_latents", None)
        packed: Tensor = pack(latents, *latents.shape) if pack is not None else latents
        if tuple(packed.shape) != call.shape:
            raise self._unable(f"its denoiser takes latents {call.shape}, the VAE makes {tuple(latents.shape)}")
        return packed

    def call_for(self, text: str) -> Call:
        """How the pipeline calls its denoiser for a text without guidance."""
        inputs: list[dict[str, Any]] = []
        said: list[Tensor] = []
        with quiet(), torch.no_grad(), self._recorded(inputs, said) as stepped:
            self._made(text, 2, 1.0, 0, "latent")
        names = list(inspect.signature(type(self.network).forward).parameters)[1:]
        if "timestep" not in names or len(inputs) < 2 or len(stepped) < 2:
            raise self._unable("its denoiser is told no time")
        first = inputs[0]
        times = [float(torch.as_tensor(each["timestep"]).flatten()[0]) for each in inputs[:2]]
        steps = [float(time) for time, _ in stepped[:2]]
        rate = (times[1] - times[0]) / (steps[1] - steps[0])
        signs = [sign for sign in (1, -1) if _same(_predicted(said[0], stepped[0][1]) * sign, stepped[0][1])]
        if not signs:
            raise self._unable("its scheduler is given something else than what the denoiser says")
        return Call(first, names[0], tuple(first[names[0]].shape), rate, times[0] - rate * steps[0], signs[0])

    @contextmanager
    def _recorded(self, inputs: list[dict[str, Any]], said: list[Tensor]) -> Iterator[list[tuple[Any, Tensor]]]:
        """Record what the denoiser is given and says, and the times and predictions that the scheduler is given."""
        stepped: list[tuple[Any, Tensor]] = []
        scheduler, signature = self.pipeline.scheduler, inspect.signature(type(self.network).forward)
        step = scheduler.step

        def record(module: Any, words: tuple[Any, ...], named: dict[str, Any], made: Any) -> None:
            given = dict(signature.bind(module, *words, **named).arguments)
            inputs.append({name: value for name, value in given.items() if name != "self"} | {"return_dict": False})
            said.append((made if isinstance(made, tuple) else made.to_tuple())[0].clone())

        def recorded_step(model_output: Tensor, timestep: Any, *words: Any, **named: Any) -> Any:
            stepped.append((timestep, model_output.clone()))
            return step(model_output, timestep, *words, **named)

        hook = self.network.register_forward_hook(record, with_kwargs=True)
        scheduler.step = recorded_step
        try:
            yield stepped
        finally:
            hook.remove()
            del scheduler.step

    def pictures(self, texts: list[str], steps: int, guidance: float) -> Tensor:
        """A picture of each text, (n, 3, s, s), 0 to 1, by seeds that are the places in the list."""
        with quiet(), torch.no_grad():
            made = [self._made(text, steps, guidance, seed, "pt") for seed, text in enumerate(texts)]
        return torch.cat(made).float().cpu().nan_to_num().clamp(0, 1)

    def _made(self, text: str, steps: int, guidance: float, seed: int, output: str) -> Any:
        recipe = Recipe(
            "diffusion", "model", seed, self.size, self.size, prompt=text,
            options={"steps": steps, "guidance": guidance},
        )  # fmt: skip
        try:
            arguments = plain_arguments(self.pipeline, BatchItem.of(recipe))
        except GenerationError:
            if guidance == 1:
                raise
            return self._made(text, steps, 1.0, seed, output)
        if "use_resolution_binning" in inspect.signature(self.pipeline.__call__).parameters:
            arguments["use_resolution_binning"] = False  # the size is the one that was asked for, not the nearest usual
        try:
            return self.pipeline(**arguments, generator=[seeded_generator(seed)], output_type=output).images
        except CollectionError:
            raise
        except Exception as error:  # whatever a pipeline raises
            raise self._unable(f"it makes no picture of {self.size} pixels: {error}") from error

    def error(self, latents: Tensor, call: Call, draws: torch.Generator) -> Tensor:
        """The mean squared error of what the denoiser says of latents (1, c, h, w) with noise, both drawn.

        Diffusion (J. Ho and others, 2020; T. Salimans and J. Ho, 2022, for v): a time drawn evenly. Flow matching (P.
        Esser and others, 2024): a time drawn by the logistic normal distribution, and the way from picture to noise.
        """
        scheduler = self.pipeline.scheduler
        count = scheduler.config.num_train_timesteps
        noise = torch.randn(latents.shape, generator=draws)
        if self.flow:
            share = float(torch.sigmoid(torch.randn((), generator=draws)))
            time, noisy, wanted = share * count, (1 - share) * latents + share * noise, noise - latents
        else:
            time = int(torch.randint(count, (), generator=draws))
            kept = float(scheduler.alphas_cumprod[time])
            noisy = kept**0.5 * latents + (1 - kept) ** 0.5 * noise
            wanted = {
                "epsilon": noise, "sample": latents, "v_prediction": kept**0.5 * noise - (1 - kept) ** 0.5 * latents
            }[scheduler.config.prediction_type]  # fmt: skip
        told = torch.as_tensor(call.arguments["timestep"])
        at = torch.full_like(told, call.rate * time + call.offset)
        given, wanted = self.arranged(noisy, call), self.arranged(wanted, call).to(self.network.device)
        changed = {call.latents: given.to(self.network.device, self.network.dtype), "timestep": at}
        said = self.network(**{**call.arguments, **changed})[0]
        return (call.sign * _predicted(said, wanted).float() - wanted.float()).square().mean()


def _predicted(said: Tensor, wanted: Tensor) -> Tensor:
    """What a denoiser says of the latents; some say a variance, too, in as many channels more."""
    return said.chunk(2, dim=1)[0] if said.dim() > 1 and said.shape[1] == 2 * wanted.shape[1] else said


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one.float(), other.float(), rtol=1e-2, atol=1e-3)
