"""What a step sees: pictures drawn and varied by the number of the step alone, so that a resumed run is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collection.train.data import TrainingData

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Batches:
    """Draws pictures of a training set."""

    data: TrainingData
    size: int
    """Pictures of a step."""
    seed: int
    mirror: bool
    """Whether half of the pictures are mirrored."""

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """Pictures (size, 3, s, s), -1 to 1, and class weights (size, classes); seeds torch's numbers of the step."""
        import torch

        rows = self.rows(step)
        pictures = self.data.pictures[rows].float() / 127.5 - 1
        if self.mirror:
            turned = torch.rand(len(rows)) < 0.5
            pictures[turned] = pictures[turned].flip(3)
        return pictures, self.classes(self.data.labels[rows])

    def rows(self, step: int) -> list[int]:
        """The places of the pictures of a step; seeds torch's numbers of the step.

        In each pass over the data every picture is seen once, in an order of its own.
        """
        import torch

        count = len(self.data.pictures)
        places = range(step * self.size, (step + 1) * self.size)
        rows = []
        for turn in range(places[0] // count, places[-1] // count + 1):
            order = torch.randperm(count, generator=torch.Generator().manual_seed(_seed(self.seed, turn)))
            rows += [int(order[place - turn * count]) for place in places if place // count == turn]
        torch.manual_seed(_seed(self.seed + 1, step))
        return rows

    def classes(self, labels: Tensor) -> Tensor:
        """Class weights (n, classes) of places of classes."""
        import torch

        return torch.nn.functional.one_hot(labels, max(len(self.data.classes), 1))[:, : len(self.data.classes)].float()


def _seed(seed: int, step: int) -> int:
    return (seed * 1_000_003 + step) % 2**63
