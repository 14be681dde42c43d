"""What training runs share: checkpoints that survive any kill, going on from one, the rate, and the average."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from collection.atomic_file import durable_file


def write(path: Path, state: dict[str, Any]) -> None:
    """Save a state so that `path` is always whole."""
    with durable_file(path) as file:
        torch.save(state, file)


def read(path: Path) -> dict[str, Any] | None:
    """The state that was saved last, or None."""
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


class Average:
    """An exponential moving average of a network's state."""

    def __init__(self, network: nn.Module, longest: float) -> None:
        """`longest`: the share of the old at most; young averages follow faster."""
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self._longest = longest

    def follow(self, network: nn.Module, step: int) -> None:
        """Take in the network after a step."""
        share = min(self._longest, (step + 1) / (step + 10))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].mul_(share).add_(value.detach(), alpha=1 - share)

    def load(self, state: dict[str, Tensor]) -> None:
        """Go on from a saved average."""
        for name, value in state.items():
            self.state[name].copy_(value)


def resume(
    state: dict[str, Any] | None, name: str, network: nn.Module, optimizer: torch.optim.Optimizer, average: Average
) -> tuple[int, float]:
    """Go on from a checkpoint that keeps the network as `name`: the step it stands at, and the seconds it took."""
    if state is None:
        return 0, 0.0
    network.load_state_dict(state[name])
    optimizer.load_state_dict(state["optimizer"])
    average.load(state["average"])
    return int(state["step"]), float(state["spent"])


def set_rate(
    optimizer: torch.optim.Optimizer, peak: float, step: int, steps: int, *, warm_up: int, decay: float
) -> None:
    """The learning rate of a step: `warm_up` steps up to `peak`, a plateau, and for the last `decay` of all steps a
    straight fall to zero."""
    for group in optimizer.param_groups:
        group["lr"] = peak * min(1.0, (step + 1) / warm_up, (steps - step) / (decay * steps))
