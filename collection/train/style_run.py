"""What decides how a style network turns out; apart, because commands read it before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StyleRun:
    """What decides, beside the pictures, how a network turns out."""

    size: int = 128
    """Pixels of a side of the pictures that it learns on."""
    steps: int = 2000
    batch: int = 2
    """Pictures of a step."""
    width: int = 16
    """Channels of the first layer."""
    strength: float = 1.0
    """Of the style, beside 1 for the content."""
    smoothness: float = 1.0
    """Weight of the total variation."""
    seed: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return asdict(self)
