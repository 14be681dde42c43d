"""The style loss that is reached in the same number of steps: ours, and the way that tutorials of PyTorch show.

    python benchmarks/style_transfer.py [SIZE] [STEPS]

Both lower one loss, over the same VGG16, from the same photograph, which ours gives the colours of the style first
(two evaluations). A step is one evaluation of the loss. The tutorials' way is L-BFGS of learning rate 1 without a line
search, twenty evaluations a call, with the picture cut to 0 to 1 before each. Needs stlpips-pytorch and scikit-image,
whose photographs the pair is.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from PIL import Image
from skimage import data

from collection.generate.style_transfer.gatys import Aims, StyleLoss, StyleTarget, painted
from collection.generate.tensors import as_tensor
from collection.models.trunk import open_trunk


def tutorials_way(loss: StyleLoss, begin: torch.Tensor, steps: int) -> torch.Tensor:
    picture = begin.clone().requires_grad_(True)
    optimiser = torch.optim.LBFGS([picture])
    taken = 0

    def evaluate() -> torch.Tensor:
        nonlocal taken
        with torch.no_grad():
            picture.clamp_(0, 1)
        optimiser.zero_grad()
        value = loss(picture)
        value.backward()
        taken += 1
        return value

    while taken < steps:
        optimiser.param_groups[0]["max_eval"] = optimiser.param_groups[0]["max_iter"] = min(20, steps - taken)
        optimiser.step(evaluate)
    return picture.detach().clamp(0, 1)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    cpu = torch.device("cpu")
    content, style = (
        as_tensor(np.asarray(Image.fromarray(pixels).resize((size, size))), cpu)
        for pixels in (data.coffee(), data.immunohistochemistry())
    )
    trunk = open_trunk("vgg16")
    print(f"{'strength':>8} {'at the start':>13} {'tutorials':>10} {'ours':>10}   ({size} px, {steps} steps)")
    for strength in (0.1, 1.0):
        loss = StyleLoss(trunk, content, [StyleTarget(style)], Aims(strength))
        ours = painted(trunk, content, [StyleTarget(style)], Aims(strength), steps)
        ends = (content, tutorials_way(loss, content, steps), ours)
        with torch.no_grad():
            reached = [float(loss(made)) for made in ends]
        print(f"{strength:>8} {reached[0]:>13.3f} {reached[1]:>10.3f} {reached[2]:>10.3f}")


if __name__ == "__main__":
    main()
