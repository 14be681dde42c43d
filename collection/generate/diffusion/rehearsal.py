"""A model without its weights: what it would refuse is refused when recipes are planned, not when they are rendered."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from collection.errors import WeightsError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.diffusion.engine import Engine
from collection.generate.diffusion.task import INDEX, check_task, pipeline_class
from collection.generate.diffusion.weights import components
from collection.generate.pictures import no_pictures
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision

_OPENED = ("diffusers", "transformers")
"""Libraries whose classes are built; parts of others (safety checkers) are left out."""


def rehearse(items: Sequence[BatchItem], folder: Path, home: Path, located: Callable[[str], str] = str) -> bool:
    """Whether the model in `folder` reads weights in prompts; True where that cannot be known before it is opened.

    Raises GenerationError or WeightsError for the first item that it would refuse as it is, unless that cannot be
    known either. Relative paths of adapters begin at `home`; `located` gives those that recipes name otherwise.
    """
    with quiet():
        pipeline = hollow(folder)
        if pipeline is None:
            return True
        where: dict[str, Any] = {"folder": home, "located": located, "local_files_only": True}
        engine = Engine(pipeline, pictures=no_pictures, offload=False, **where)
        seen: set[Any] = set()
        for item in items:
            engine.read(item)
            alike = (item.shared, bool(item.recipe.negative_prompt), item.interpolation_target is None)
            if alike not in seen:
                seen.add(alike)
                engine.refuse_unable(item)
                _check_loras(engine, item)
    return engine.embeds


def _check_loras(engine: Engine, item: BatchItem) -> None:
    """Of LoRAs that lie here; others are fetched when they are needed."""
    for name in {name for mix in item.conditionings for name, _ in mix.loras}:
        try:
            engine.find(name)
        except WeightsError:
            continue
        engine.loras.check([name])


@cache
def hollow(folder: Path) -> Any:
    """The pipeline in a folder with tokenizers and schedulers, its networks without numbers; None if it has parts that
    cannot be built so. Raises WeightsError for a model that makes no pictures of text."""
    prepare_torchvision()
    names, kind = set(components(folder)), pipeline_class(folder)
    pipeline = _built(kind, folder, names)
    if pipeline is not None:
        check_task(pipeline, folder)
    return pipeline


def _built(kind: Any, folder: Path, names: set[str]) -> Any:
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        parts = {name: _part(folder / name, *index[name]) if name in names else None for name in index}
        settings = {name: value for name, value in index.items() if name not in names and not isinstance(value, list)}
        takes = inspect.signature(kind.__init__).parameters
        return kind(**{name: value for name, value in {**parts, **settings}.items() if name in takes})
    except Exception:  # whatever diffusers and transformers raise for parts that they do not know
        return None


def _part(folder: Path, library: str, name: str) -> Any:
    import torch
    from diffusers import ModelMixin
    from transformers import PreTrainedModel

    if library not in _OPENED:
        return None
    kind = getattr(import_module(library), name)
    with torch.device("meta"):
        if issubclass(kind, ModelMixin):
            return kind.from_config(kind.load_config(folder, local_files_only=True))
        if issubclass(kind, PreTrainedModel):
            return kind(kind.config_class.from_pretrained(folder, local_files_only=True))
    return kind.from_pretrained(folder, local_files_only=True)
