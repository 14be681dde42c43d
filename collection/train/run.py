"""A training run: steps, checkpoints, sheets and the curve on the way, and the model at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collection.atomic_file import write_durably
from collection.errors import UsageError
from collection.generate.latent.manifest import FILE, as_manifest
from collection.models.determinism import deterministic
from collection.models.weights import file_sha256
from collection.train import checkpoints
from collection.train.card import Source, Trained, model_card
from collection.train.curve import curve_png
from collection.train.data import TrainingData
from collection.train.sheet import grid_png
from collection.train.trainer import Settings, Trainer, new_trainer
from collection.values import Progress, silent

CHECKPOINT, CURVE, WEIGHTS, SAMPLES = "checkpoint.pt", "curve.png", "weights.safetensors", "samples"
SECONDS = 30.0
"""Between checkpoints."""
SHEETS = 12
"""Sample sheets of a run, evenly spread over its steps."""
SHOWN = 36
"""Pictures on a sheet."""
POINTS = 400
"""Points of the curve: each is the mean of the steps since the one before."""


def finished(folder: Path, settings: Settings, data_sha256: str) -> bool:
    """Whether the model in a folder is what a run with these settings would make."""
    state = checkpoints.read(folder / CHECKPOINT)
    return (
        state is not None
        and (folder / FILE).is_file()
        and state["settings"] == settings.as_json()
        and state["data"] == data_sha256
        and state["step"] >= settings.steps
    )


def train(data: TrainingData, settings: Settings, folder: Path, source: Source, progress: Progress = silent) -> Trained:
    """Train to the last step, from the last checkpoint in `folder` on, and leave the model there.

    A run that was killed and goes on gives the same weights as one that was not. Raises UsageError where the folder
    has a run with other settings or pictures.
    """
    import torch

    digest = data.sha256
    state = _own_state(folder, settings, digest)
    trainer = new_trainer(data, settings)
    history: list[dict[str, float]] = []
    begun, spent = 0, 0.0
    if state is not None:
        trainer.load(state["trainer"])
        history, begun, spent = list(state["history"]), int(state["step"]), float(state["spent"])
    started = saved = time.monotonic()
    progress(begun, settings.steps)
    with deterministic():
        for step in range(begun, settings.steps):
            _note(history, step, settings.steps, trainer.step(step))
            last, now = step + 1 == settings.steps, time.monotonic()
            if last or (step + 1) % max(1, settings.steps // SHEETS) == 0:
                _show(folder, step + 1, trainer, history, settings.steps)
            if last or now - saved > SECONDS:
                saved = now
                checkpoints.write(folder / CHECKPOINT, {
                    "settings": settings.as_json(), "data": digest, "step": step + 1, "history": history,
                    "spent": spent + now - started, "trainer": trainer.state(),
                })  # fmt: skip
            progress(step + 1, settings.steps)
    seconds = spent + time.monotonic() - started
    made_with = (seconds, torch.__version__, torch.get_num_threads(), _final(history))
    weights = _keep(trainer, settings, data, folder, source)
    trained = Trained(settings, source, digest, data, *made_with, weights)
    write_durably(folder / "README.md", model_card(folder.name, trained).encode())
    return trained


def _own_state(folder: Path, settings: Settings, digest: str) -> dict[str, Any] | None:
    """The state to go on from; one with fewer steps may be trained further."""
    state = checkpoints.read(folder / CHECKPOINT)
    if state is None:
        if (folder / FILE).exists():
            raise UsageError(f"{folder} holds a model that was not trained there", "choose another --name")
        return None
    asked = {**settings.as_json(), "steps": 0}
    kept = {**state["settings"], "steps": 0}
    other = [f"{key} {kept.get(key)}, now {asked[key]}" for key in asked if kept.get(key) != asked[key]]
    if state["data"] != digest:
        other.append("other pictures")
    if state["step"] > settings.steps:
        other.append(f"{state['step']} steps, now {settings.steps}")
    if other:
        raise UsageError(
            f"{folder.name} was begun differently: {'; '.join(other)}",
            f"repeat the command as it was, choose another --name, or remove {folder}",
        )
    return state


def _note(history: list[dict[str, float]], step: int, steps: int, terms: Mapping[str, float]) -> None:
    """Add the terms of a step to the mean of its point on the curve."""
    length = max(1, steps // POINTS)
    if step % length == 0 or not history:
        history.append({"step": float(step + 1), "count": 1.0, **terms})
        return
    last = history[-1]
    count = last["count"] + 1
    history[-1] = {
        "step": float(step + 1), "count": count,
        **{name: last[name] + (value - last[name]) / count for name, value in terms.items()},
    }  # fmt: skip


def _final(history: list[dict[str, float]]) -> dict[str, float]:
    return {name: value for name, value in history[-1].items() if name not in ("step", "count")} if history else {}


def _show(folder: Path, step: int, trainer: Trainer, history: list[dict[str, float]], steps: int) -> None:
    write_durably(folder / SAMPLES / f"{step:06d}.png", grid_png(trainer.samples(SHOWN)))
    write_durably(folder / CURVE, curve_png(history, steps))


def _keep(trainer: Trainer, settings: Settings, data: TrainingData, folder: Path, source: Source) -> str:
    """Write weights in half precision, then the manifest that makes them a model; returns their SHA-256."""
    from safetensors.torch import save

    said, state = trainer.finish()
    halves = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous() for name, tensor in state.items()
    }
    write_durably(folder / WEIGHTS, save(halves))
    manifest = {
        "format": "collection-latent/1", "kind": settings.kind, "weights": WEIGHTS, **said,
        **({"classes": list(data.classes)} if data.classes else {}),
        **({"license": source.license} if source.license else {}),
    }  # fmt: skip
    write_durably(folder / FILE, as_manifest(manifest))
    return file_sha256(folder / WEIGHTS)
