"""The loop of every training: steps, with checkpoints, sample sheets and the objective's curve on the way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from collection.atomic_file import write_durably
from collection.errors import UsageError
from collection.models.determinism import deterministic
from collection.train import checkpoints
from collection.train.curve import curve_png
from collection.train.sheet import grid_png
from collection.values import Progress, silent

if TYPE_CHECKING:
    from collection.values import Pixels

CHECKPOINT, CURVE, CARD, SAMPLES = "checkpoint.pt", "curve.png", "README.md", "samples"
SECONDS = 30.0
"""Between checkpoints."""
POINTS = 400
"""Points of the curve: each is the mean of the steps since the one before."""


class Learner(Protocol):
    """What learns, step by step."""

    def step(self, number: int) -> Mapping[str, float]:
        """Learn from the pictures of a step; returns the terms of the objective."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on: tensors and plain values."""
        ...

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        ...

    def samples(self, count: int) -> Pixels:
        """Pictures that show what was learned, (n, s, s, 3) uint8."""
        ...


@dataclass(frozen=True)
class Run:
    """A training run and where it is kept."""

    folder: Path
    asked: Mapping[str, Any]
    """The settings that decide how the model turns out, `steps` among them; JSON values."""
    of: Mapping[str, str]
    """What else decides it, by its SHA-256: the pictures, a style, a model that is trained further."""
    model: str
    """The file that the last step leaves, and that makes the folder a model."""
    sheets: int
    """Sample sheets, evenly spread over the steps."""
    shown: int
    """Pictures of a sheet."""

    @property
    def steps(self) -> int:
        """The steps of the whole run."""
        return int(self.asked["steps"])

    def finished(self) -> bool:
        """Whether the model in the folder is what this run would make."""
        state = checkpoints.read(self.folder / CHECKPOINT)
        return (
            state is not None
            and (self.folder / self.model).is_file()
            and state.get("asked") == dict(self.asked)
            and state["of"] == dict(self.of)
            and state["step"] >= self.steps
        )


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    objective: Mapping[str, float]
    """The terms at the end."""
    seconds: float
    """Of the steps, over all legs of the run."""


def learn(learner: Learner, run: Run, progress: Progress = silent) -> Ended:
    """Train to the last step, from the last checkpoint in the run's folder on.

    A run that was killed and goes on ends in the same state as one that was not. Raises UsageError where the folder
    has a run that asked for something else.
    """
    state = own_state(run)
    history: list[dict[str, float]] = []
    begun, spent = 0, 0.0
    if state is not None:
        learner.load(state["trainer"])
        history, begun, spent = list(state["history"]), int(state["step"]), float(state["spent"])
    started = saved = time.monotonic()
    progress(begun, run.steps)
    with deterministic():
        for step in range(begun, run.steps):
            _note(history, step, run.steps, learner.step(step))
            last, now = step + 1 == run.steps, time.monotonic()
            if last or (step + 1) % max(1, run.steps // run.sheets) == 0:
                sheet = grid_png(learner.samples(run.shown))
                write_durably(run.folder / SAMPLES / f"{step + 1:06d}.png", sheet)
                write_durably(run.folder / CURVE, curve_png(history, run.steps))
            if last or now - saved > SECONDS:
                saved = now
                checkpoints.write(run.folder / CHECKPOINT, {
                    "asked": dict(run.asked), "of": dict(run.of), "step": step + 1, "history": history,
                    "spent": spent + now - started, "trainer": learner.state(),
                })  # fmt: skip
            progress(step + 1, run.steps)
    final = {name: value for name, value in history[-1].items() if name not in ("step", "count")} if history else {}
    return Ended(final, spent + time.monotonic() - started)


def own_state(run: Run) -> dict[str, Any] | None:
    """The state to go on from, if there is one; a run of fewer steps may be trained further. Raises UsageError."""
    folder, asked = run.folder, run.asked
    state = checkpoints.read(folder / CHECKPOINT)
    if state is None:
        if (folder / run.model).exists():
            raise UsageError(f"{folder} holds a model that was not trained there", "choose another --name")
        return None
    kept, kept_of = state.get("asked", {}), state.get("of", {})
    digests = [name for name in run.of if kept_of.get(name) != run.of[name]]
    settings = [
        f"{name} {kept.get(name)}, now {value}"
        for name, value in asked.items()
        if name != "steps" and kept.get(name) != value
    ]
    if state["step"] > run.steps:
        settings.append(f"{state['step']} steps, now {run.steps}")
    what = [f"begun with another {' and '.join(digests)}"] if digests else []
    what += [f"begun differently: {'; '.join(settings)}"] if settings else []
    if what:
        raise UsageError(
            f"{folder.name} was {' and '.join(what)}",
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
