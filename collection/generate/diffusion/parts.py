"""What the index of a model says of its parts, told before diffusers stumbles over it: a part that is absent, of a
class that is not there, or a scheduler that cannot drive the pipeline."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from collection.errors import WeightsError
from collection.generate.diffusion.schedulers import FLOW_SCHEDULERS
from collection.generate.diffusion.task import INDEX

_CORE = frozenset({"unet", "transformer", "vae", "movq", "vqvae", "scheduler"})
"""Parts without which no pipeline that takes them makes a picture."""
_WHOLE = "fetch or copy the model again"
_OTHER = "set model under [generator] to another model"


def check_parts(kind: Any, folder: Path) -> None:
    """Raise WeightsError, naming the index and the part, unless the parts that it names can make a `kind` of pipeline.

    No part is opened.
    """
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    takes = {
        name: str(item.annotation) for name, item in inspect.signature(kind.__init__).parameters.items()
        if item.default is inspect.Parameter.empty and name != "self"
    }  # fmt: skip
    optional = set(getattr(kind, "_optional_components", ()))
    for name in sorted(takes.keys() - optional):
        if not _is_there(index.get(name)) and (name in _CORE or _reads_no_text(name, index)):
            raise WeightsError(f"{folder / INDEX} names no {name}, which a {kind.__name__} cannot do without", _WHOLE)
    for name in sorted(takes):
        if _is_there(value := index.get(name)):
            _check_class(folder, name, *value)
    if _is_there(scheduler := index.get("scheduler")):
        _check_scheduler(kind, folder, scheduler[1], takes.get("scheduler", ""))


def _is_there(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(word, str) for word in value)


def _reads_no_text(name: str, index: dict[str, Any]) -> bool:
    """Whether no text encoder is left, or a text encoder has no tokenizer."""
    if name.startswith("text_encoder"):
        return not any(_is_there(value) for key, value in index.items() if key.startswith("text_encoder"))
    return name.startswith("tokenizer") and _is_there(index.get(name.replace("tokenizer", "text_encoder")))


def _check_class(folder: Path, part: str, library: str, name: str) -> None:
    """Raise WeightsError unless the library of a part has its class; code that comes with a model is never run."""
    if library not in ("diffusers", "transformers"):
        return
    module = importlib.import_module(library)
    if getattr(module, name, None) is None:
        raise WeightsError(
            f"{folder / INDEX} says that {part} is a {name}, which {library} {module.__version__} does not have",
            f"pip install --upgrade {library}, or {_OTHER}",
        )


def _check_scheduler(kind: Any, folder: Path, name: str, annotation: str) -> None:
    import diffusers

    found = getattr(diffusers, name, None)
    if not (inspect.isclass(found) and issubclass(found, diffusers.SchedulerMixin)):
        raise WeightsError(f"{folder / INDEX} says that the scheduler is a {name}, which is none", _WHOLE)
    if "FlowMatch" in annotation and name not in FLOW_SCHEDULERS and not _flows(folder, found):
        raise WeightsError(
            f"{folder / INDEX} gives a {kind.__name__} a {name}, which is not configured for flow matching", _WHOLE
        )


def _flows(folder: Path, kind: Any) -> bool:
    """Whether a scheduler of many uses is configured for flow matching."""
    try:
        config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True  # told when it is opened
    flow = config.get("use_flow_sigmas") or config.get("prediction_type") == "flow_prediction"
    return bool(flow) or "shift" in inspect.signature(kind.__init__).parameters
