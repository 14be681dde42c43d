"""What every kind of training brings, and where the kinds are listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from collection.train.data import TrainingData
from collection.train.loop import Learner

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides, beside the pictures, how a decoder turns out."""

    kind: str
    size: int = 64
    """Pixels of a side."""
    steps: int = 2000
    batch: int = 16
    """Pictures of a step."""
    latent: int = 64
    """Numbers of a point."""
    width: int = 24
    """Channels of the last layer."""
    seed: int = 0
    mirror: bool = True
    """Whether half of the pictures are mirrored."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return asdict(self)


class Trainer(Learner, Protocol):
    """What trains a decoder; its samples are pictures of fixed points, as the averaged network makes them."""

    def finish(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What the manifest says beside kind, classes and license; and the weights of the averaged network."""
        ...


KINDS: Mapping[str, str] = {
    "gan": "collection.train.gan:GanTrainer",
    "vae": "collection.train.vae:VaeTrainer",
}
"""What trains each kind of decoder: called with TrainingData and Settings."""


def new_trainer(data: TrainingData, settings: Settings) -> Trainer:
    """The trainer of a kind, before its first step."""
    module, _, name = KINDS[settings.kind].partition(":")
    build: Callable[[TrainingData, Settings], Trainer] = getattr(import_module(module), name)
    return build(data, settings)
