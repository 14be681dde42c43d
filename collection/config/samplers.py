"""Samplers by the names that people write: those of AUTOMATIC1111's web UI, and those of diffusers' schedulers.

A name is a sampler, and after it, if wanted, the schedule of its noise: "DPM++ 2M Karras", "EulerAncestral", "UniPC
Beta". Which of diffusers' classes and settings stands for which sampler is as diffusers' documentation says
(api/schedulers/overview).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from collection.spelling import nearest


@dataclass(frozen=True, slots=True)
class Sampler:
    """What stands for a sampler."""

    shown: str
    """Its name in the web UI, which other tools read in the `parameters` of a picture."""
    scheduler: str
    """The class of diffusers."""
    settings: Mapping[str, str | int] = field(default_factory=dict)
    """What else the class is told."""
    sigmas: bool = True
    """Whether it can follow the noise schedules that Karras and others gave."""


_MULTISTEP, _SINGLESTEP = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
_SDE = {"algorithm_type": "sde-dpmsolver++"}
SAMPLERS: Mapping[str, Sampler] = {
    "DDIM": Sampler("DDIM", "DDIMScheduler", sigmas=False),
    "DDPM": Sampler("DDPM", "DDPMScheduler", sigmas=False),
    "DEIS": Sampler("DEIS", "DEISMultistepScheduler"),
    "DPMSolverMultistep": Sampler("DPM++ 2M", _MULTISTEP),
    "DPMSolverMultistep3M": Sampler("DPM++ 3M", _MULTISTEP, {"solver_order": 3}),
    "DPMSolverMultistepSDE": Sampler("DPM++ 2M SDE", _MULTISTEP, _SDE),
    "DPMSolverMultistepSDEHeun": Sampler("DPM++ 2M SDE Heun", _MULTISTEP, {**_SDE, "solver_type": "heun"}),
    "DPMSolverMultistep3MSDE": Sampler("DPM++ 3M SDE", _MULTISTEP, {**_SDE, "solver_order": 3}),
    "DPMSolverSinglestep": Sampler("DPM++ 2S", _SINGLESTEP),
    "DPMSolverSinglestepSDE": Sampler("DPM++ SDE", _SINGLESTEP, _SDE),
    "Euler": Sampler("Euler", "EulerDiscreteScheduler"),
    "EulerAncestral": Sampler("Euler a", "EulerAncestralDiscreteScheduler", sigmas=False),
    "Heun": Sampler("Heun", "HeunDiscreteScheduler"),
    "KDPM2": Sampler("DPM2", "KDPM2DiscreteScheduler"),
    "KDPM2Ancestral": Sampler("DPM2 a", "KDPM2AncestralDiscreteScheduler"),
    "LCM": Sampler("LCM", "LCMScheduler", sigmas=False),
    "LMS": Sampler("LMS", "LMSDiscreteScheduler"),
    "PNDM": Sampler("PLMS", "PNDMScheduler", sigmas=False),
    "SASolver": Sampler("SA Solver", "SASolverScheduler"),
    "TCD": Sampler("TCD", "TCDScheduler", sigmas=False),
    "UniPC": Sampler("UniPC", "UniPCMultistepScheduler"),
}
"""Samplers that draw all their noise from the generator they are given, by the names that recipes have."""

SCHEDULES: Mapping[str, Mapping[str, str | bool]] = {
    "Karras": {"use_karras_sigmas": True},
    "Exponential": {"use_exponential_sigmas": True, "timestep_spacing": "linspace"},
    "Beta": {"use_beta_sigmas": True, "timestep_spacing": "linspace"},
    "SGM Uniform": {"timestep_spacing": "trailing"},
}
"""Schedules of the noise ("Schedule type" in the web UI), and what a scheduler is told of each."""

UNFIT: Mapping[str, str] = {
    "DPMSolverSDE": "it draws noise of its own and ignores the seed, so no image could be made twice",
    "DPM++ 2S a": "diffusers has no such sampler; the nearest is DPM++ 2S",
    "DPM fast": "diffusers has no such sampler",
    "DPM adaptive": "diffusers has no such sampler",
    "Restart": "diffusers has no such sampler",
    "FlowMatchEuler": "flow-matching models bring it themselves: remove scheduler",
    "FlowMatchHeun": "flow-matching models bring it themselves: remove scheduler",
}
"""Samplers known to be unfit, and why."""

_FLOW = {"FlowMatchEulerDiscreteScheduler": "Euler", "FlowMatchHeunDiscreteScheduler": "Heun"}
"""What others call the schedulers of flow-matching models."""


def sampler_name(text: str) -> str:
    """The name that recipes have for a sampler that people write in whatever way; raises ValueError, saying why.

    "DPM++ 2M Karras" is "DPMSolverMultistep Karras", "EulerAncestralDiscreteScheduler" is "EulerAncestral".
    """
    name, schedule = _split(text)
    if found := _NAMES.get(name):
        if schedule and schedule != "SGM Uniform" and not SAMPLERS[found].sigmas:
            raise ValueError(f"{found} has a noise schedule of its own, not {schedule}: write {found} alone")
        return f"{found} {schedule}".strip()
    shown = [sampler.shown for sampler in SAMPLERS.values()]
    if reason := _UNFIT.get(name):
        raise ValueError(f"it is not allowed: {reason}; choose one of {', '.join(shown)}")
    close = nearest(text, [*SAMPLERS, *shown])
    raise ValueError(f"there is no such scheduler{close or '; known: ' + ', '.join(shown)}")


def sampler_of(name: str) -> tuple[Sampler, str]:
    """The sampler and the schedule, or nothing, of a name that `sampler_name` gave."""
    found, _, schedule = name.partition(" ")
    return SAMPLERS[found], schedule


def shown_sampler(name: str) -> tuple[str, str]:
    """What the web UI calls the sampler of a recipe, or a scheduler's class of diffusers; and its schedule, or nothing.

    A name that is not known is shown as it is.
    """
    try:
        sampler, schedule = sampler_of(sampler_name(_FLOW.get(name, name)))
    except ValueError:
        return name.removesuffix("Scheduler"), ""
    return sampler.shown, schedule


def _bare(text: str) -> str:
    """A name without what people write in different ways: case, blanks, dashes."""
    return re.sub(r"[^a-z0-9+]", "", text.casefold()).replace("dpmpp", "dpm++")


def _split(text: str) -> tuple[str, str]:
    """A sampler, bare and without the endings of diffusers' classes, and a schedule, or nothing."""
    bare = _bare(text)
    schedule = next((name for name in SCHEDULES if bare.endswith(_bare(name))), "")
    bare = bare.removesuffix(_bare(schedule))
    return bare.removesuffix("scheduler").removesuffix("discrete").removesuffix("multistep"), schedule


_NAMES: Mapping[str, str] = {
    **{
        _split(spelled)[0]: name
        for name, sampler in SAMPLERS.items()
        for spelled in (name, sampler.shown, *([] if sampler.settings else [sampler.scheduler]))
    },
    "dpm2ancestral": "KDPM2Ancestral",
}
"""The names of recipes by every spelling."""
_UNFIT: Mapping[str, str] = {_split(name)[0]: reason for name, reason in UNFIT.items()}
