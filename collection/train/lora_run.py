"""What decides how a LoRA turns out; apart, because commands read it before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LoraRun:
    """What decides, beside the pictures, their captions and the model, how a LoRA turns out."""

    size: int = 512
    """Pixels of a side of the pictures."""
    steps: int = 1000
    batch: int = 1
    """Pictures of a step."""
    rank: int = 8
    """Of the two thin matrices that are added to each matrix of an attention."""
    rate: float = 1e-4
    """The learning rate."""
    seed: int = 0
    mirror: bool = False
    """Whether half of the pictures are mirrored."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return asdict(self)
