"""Train the heads that tell whole pictures from damaged ones: `python -m training.heads_train`.

One logistic regression for each damage, on the unit vectors of the embedded encoder, against the whole pictures and
their fine copies.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collection.judge.damage import CLEAN, DAMAGES, WEIGHTS, WHOLE
from collection.judge.metric import OfVectors
from training.heads_data import LEARNED, ROWS, Vectors, groups

DECAY = 0.1
"""Weight of the squared coefficients (of standardised features) in the loss."""
SHOWN_BY = {"incomplete": WHOLE, "torn": WHOLE, "shaken": CLEAN, "soft": CLEAN, "noisy": CLEAN, "blocks": CLEAN}


def main() -> None:
    """See the pictures, fit, write the weights into the package, and print what they can do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    from safetensors.numpy import save_file

    seen = groups()
    weight, bias = fitted(np.concatenate([seen[name] for name in LEARNED]))
    save_file({"weight": weight, "bias": bias}, options.file, {"damages": ",".join(DAMAGES)})
    options.file.chmod(0o644)
    print(f"{options.file}: {options.file.stat().st_size} bytes")


def fitted(vectors: Vectors) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Coefficients (6, 1280) and constants (6,) that tell each damage, of vectors (n, 8, 1280) in the order of ROWS."""
    import torch

    flat = torch.from_numpy(vectors.reshape(-1, vectors.shape[-1])).double()
    row = torch.arange(len(ROWS)).repeat(len(vectors))
    mean, deviation = flat.mean(0), flat.std(0) + 1e-6
    standard = (flat - mean) / deviation
    wanted = torch.stack([row == ROWS.index(damage) for damage in DAMAGES], dim=1).double()
    fine = (row < ROWS.index(DAMAGES[0]))[:, None].double()
    counts = (wanted + fine / 2) / len(vectors)  # a damage weighs as much as the two fine rows together
    weight = torch.zeros(flat.shape[1], len(DAMAGES), dtype=torch.double, requires_grad=True)
    bias = torch.zeros(len(DAMAGES), dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(standard @ weight + bias, wanted, reduction="none")
        found = (wrong * counts).sum() / len(DAMAGES) + DECAY * weight.square().mean(1).sum()
        found.backward()
        return found

    solver.step(loss)
    plain = weight.detach() / deviation[:, None]
    return plain.T.float().contiguous().numpy(), (bias.detach() - mean @ plain).float().numpy()


def measures(seen: Mapping[str, Vectors]) -> dict[str, dict[str, tuple[float, float]]]:
    """Of each group and damage: how often a whole picture's number is above a damaged one's (area under the ROC
    curve), among all pictures of the group, and for the picture and its own copy."""
    return {
        group: {damage: _told(vectors, damage) for damage in DAMAGES}
        for group, vectors in seen.items()
        if group not in LEARNED
    }


def _told(vectors: Vectors, damage: str) -> tuple[float, float]:
    computed = SHOWN_BY[damage].computed
    assert isinstance(computed, OfVectors)
    whole, damaged = (np.asarray(computed.measure(vectors[:, ROWS.index(row)])) for row in ("whole", damage))
    among = np.mean(whole[:, None] > damaged) + np.mean(whole[:, None] == damaged) / 2
    return float(among), float(np.mean(whole > damaged))


if __name__ == "__main__":
    main()
