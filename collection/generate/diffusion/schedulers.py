"""The scheduler of a batch: the model's own, or the one that a recipe names, without memory of an earlier batch."""

from __future__ import annotations

import inspect
from typing import Any

from collection.config.samplers import SAMPLERS, SCHEDULES, sampler_of
from collection.errors import GenerationError

FLOW_SCHEDULERS = frozenset({"FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler"})
"""Schedulers of flow-matching pipelines: as repeatable, but no other can take their place."""


def fresh_scheduler(own: Any, name: str | None) -> Any:
    """A new scheduler, configured by the model's `own`: of its class, or the sampler `name` (see `sampler_name`).

    Raises GenerationError for an own scheduler that is not known to make an image twice, and for a sampler that cannot
    drive a model of flow matching.
    """
    if name is None:
        kind = type(own)
        if kind.__name__ not in FLOW_SCHEDULERS | {sampler.scheduler for sampler in SAMPLERS.values()}:
            raise GenerationError(
                f"the model comes with {kind.__name__}, which is not known to make an image twice",
                f"set scheduler to one of {', '.join(SAMPLERS)}",
            )
        return kind.from_config(own.config)
    import diffusers

    sampler, schedule = sampler_of(name)
    kind = getattr(diffusers, sampler.scheduler)
    if is_flow(own) and (schedule or type(own).__name__ in FLOW_SCHEDULERS or not _takes(kind, "use_flow_sigmas")):
        raise GenerationError(f"this is a flow-matching model, scheduler {name} cannot drive it", "remove scheduler")
    return kind.from_config(own.config, **sampler.settings, **SCHEDULES.get(schedule, {}))


def is_flow(scheduler: Any) -> bool:
    """Whether a scheduler follows the straight paths of flow matching (Lipman et al. 2023)."""
    asked = scheduler.config.get("prediction_type"), scheduler.config.get("use_flow_sigmas")
    return type(scheduler).__name__ in FLOW_SCHEDULERS or asked[0] == "flow_prediction" or bool(asked[1])


def _takes(kind: Any, name: str) -> bool:
    return name in inspect.signature(kind.__init__).parameters


def _scales(pipeline: Any) -> bool:
    """Whether a pipeline asks its scheduler to scale what the denoiser sees, as those of flow matching never do, and
    knows no scheduler of these."""
    source = inspect.getsource(type(pipeline).__call__)
    return "scale_model_input" in source and not any(name in source for name in FLOW_SCHEDULERS)


def set_scheduler(pipeline: Any, scheduler: Any) -> None:
    """Let a pipeline, and those of which it is combined, use `scheduler` in the place of the one they have.

    Raises GenerationError for one that does not take what this pipeline tells its scheduler.
    """
    from diffusers import DiffusionPipeline

    name, kind = type(pipeline).__name__, type(scheduler).__name__
    if name.startswith("LatentConsistencyModel") and kind != "LCMScheduler":
        raise GenerationError(f"a {name} cannot be driven by {kind}", "remove scheduler, or set it to LCM")
    if kind in FLOW_SCHEDULERS and not hasattr(scheduler, "scale_model_input") and _scales(pipeline):
        raise GenerationError(
            f"a {name} cannot be driven by the {kind} that model_index.json names", "fetch or copy the model again"
        )
    own = pipeline.scheduler
    for part in [pipeline, *vars(pipeline).values()]:
        if isinstance(part, DiffusionPipeline) and getattr(part, "scheduler", None) is own:
            part.scheduler = scheduler
