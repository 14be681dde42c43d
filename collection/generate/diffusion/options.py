"""What a recipe may ask of a diffusion model: names, defaults and limits in one place."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from collection.errors import UsageError

SCHEDULERS: Mapping[str, str] = {
    "DDIM": "DDIMScheduler",
    "DDPM": "DDPMScheduler",
    "DEIS": "DEISMultistepScheduler",
    "DPMSolverMultistep": "DPMSolverMultistepScheduler",
    "DPMSolverSinglestep": "DPMSolverSinglestepScheduler",
    "Euler": "EulerDiscreteScheduler",
    "EulerAncestral": "EulerAncestralDiscreteScheduler",
    "Heun": "HeunDiscreteScheduler",
    "KDPM2": "KDPM2DiscreteScheduler",
    "KDPM2Ancestral": "KDPM2AncestralDiscreteScheduler",
    "LCM": "LCMScheduler",
    "LMS": "LMSDiscreteScheduler",
    "PNDM": "PNDMScheduler",
    "SASolver": "SASolverScheduler",
    "TCD": "TCDScheduler",
    "UniPC": "UniPCMultistepScheduler",
}
"""Schedulers that draw all their noise from the generator they are given, and the diffusers class of each."""

FLOW_SCHEDULERS = frozenset({"FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler"})
"""Schedulers of flow-matching models: as repeatable, but no other can take their place."""

BANNED_SCHEDULERS: Mapping[str, str] = {
    "DPMSolverSDE": "it draws noise of its own and ignores the seed, so no image could be made twice",
}
"""Schedulers known to be unfit, and why."""

DTYPES = ("auto", "float32", "float16", "bfloat16")
"""`auto`: float32 on a processor; on a CUDA device bfloat16, or float16 where it has no bfloat16."""

LONG_PROMPTS = ("refuse", "cut", "chunk")
"""What becomes of a prompt beyond the model's limit (77 tokens for CLIP, two of them its ends): it is refused by name;
cut, with a warning that says what went; or read in chunks of 75 whose embeddings are put end to end."""


_NUMBERS: Mapping[str, tuple[float, float]] = {
    "guidance": (0, 100),
    "lora_scale": (-4, 4),
    "ip_scale": (0, 2),
    "switch": (0, 1),
    "t": (0, 1),
    "strength": (0, 1),
}
_TEXTS: Mapping[str, str] = {
    "revision": "a branch, tag or commit",
    "ip_adapter": "a safetensors file",
    "vae": "a folder",
}


@dataclass(frozen=True, slots=True)
class DiffusionOptions:
    """The `options` of a recipe for the diffusion generator. UsageError names the field and its value."""

    steps: int = 25
    """Denoising steps, 1 to 1000."""
    guidance: float = 7.5
    """Classifier-free guidance scale (Ho and Salimans 2022), 0 to 100; at 1 or less it is off, and with it
    the negative prompt."""
    scheduler: str | None = None
    """A name of SCHEDULERS; None keeps the model's own."""
    batch: int = 1
    """Images computed together, 1 to 256: another shape gives slightly other pixels, so it belongs to the recipe."""
    dtype: str = "auto"
    """One of DTYPES."""
    revision: str | None = None
    """Branch, tag or commit of a hub model."""
    lora_scale: float = 1.0
    """How strongly LoRAs work, -4 to 4: the weight of each is this times the weight of its style."""
    ip_adapter: str | None = None
    """An IP-Adapter's safetensors file, with a folder `image_encoder` beside it; needed for styles with references."""
    ip_scale: float = 0.6
    """How strongly reference pictures work, 0 to 2: their scale is this times the weight of the styles with any."""
    switch: float = 0.5
    """Part of the denoising steps, 0 to 1, after which `late_blend` takes over from `blend`."""
    t: float = 0.5
    """How far the recipe is moved `toward` the other, 0 to 1."""
    strength: float | None = None
    """How far to leave the sketch, above 0 to 1; absent: 0.75, or 1 where a mask says what is painted anew."""
    long_prompt: str = "refuse"
    """One of LONG_PROMPTS."""
    vae: str | None = None
    """A folder with a small decoder (AutoencoderTiny, such as TAESD): drafts in a fraction of the time."""
    compile: bool = False
    """Whether torch compiles the denoiser: faster after a slow start, and other last bits."""

    def __post_init__(self) -> None:
        _check_whole("steps", self.steps, 1, 1000)
        _check_whole("batch", self.batch, 1, 256)
        for name, (least, most) in _NUMBERS.items():
            _check_number(name, getattr(self, name), least, most)
        if self.strength is not None and not self.strength:
            raise UsageError("diffusion option strength = 0 would leave the sketch as it is")
        if self.scheduler is not None:
            _check_name("scheduler", self.scheduler, tuple(SCHEDULERS))
        _check_name("dtype", self.dtype, DTYPES)
        _check_name("long_prompt", self.long_prompt, LONG_PROMPTS)
        for name, what in _TEXTS.items():
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and value):
                raise UsageError(f"diffusion option {name} = {value!r} must be {what}")
        if not isinstance(self.compile, bool):
            raise UsageError(f"diffusion option compile = {self.compile!r} must be true or false")

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> DiffusionOptions:
        """Read a recipe's options; what is absent has its default, what is unknown raises UsageError."""
        known = tuple(field.name for field in fields(cls))
        for name in options:
            if name not in known:
                raise UsageError(f"diffusion has no option {name!r}", _nearest(name, known))
        return cls(**options)

    def as_json(self) -> dict[str, Any]:
        """Every option with its value, as a recipe stores it."""
        return asdict(self)


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UsageError(f"diffusion option {name} = {value!r} must be a whole number from {least} to {most}")


def _check_number(name: str, value: object, least: float, most: float) -> None:
    if value is None and name == "strength":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UsageError(f"diffusion option {name} = {value!r} must be a number from {least} to {most}")


def _check_name(field: str, value: object, known: tuple[str, ...]) -> None:
    if value in known:
        return
    name = str(value)
    reason = BANNED_SCHEDULERS.get(name.removesuffix("Scheduler")) if field == "scheduler" else None
    if reason:
        raise UsageError(
            f"diffusion option scheduler = {name!r} is not allowed: {reason}", f"choose {', '.join(known)}"
        )
    raise UsageError(f"diffusion option {field} = {value!r} is not known", _nearest(name, known))


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"choose {', '.join(known)}"
