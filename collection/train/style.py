"""Training of a feed-forward network on one style picture.

J. Johnson and others, "Perceptual losses for real-time style transfer", ECCV 2016: the network learns on photographs or
other pictures to lower the loss that `collection restyle` lowers for one picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from collection.generate.style_transfer.feed_forward import StyleNetwork
from collection.generate.style_transfer.gatys import (
    CONTENT_LAYER,
    SMOOTHNESS_WEIGHT,
    STYLE_LAYERS,
    STYLE_WEIGHT,
    Grams,
    gram,
    relative_difference,
    total_variation,
)
from collection.models.library import NETWORK
from collection.models.trunk import Trunk
from collection.train.data import TrainingData
from collection.train.loop import Run, learn
from collection.train.style_run import StyleRun
from collection.train.tensor_files import write_halves
from collection.values import Pixels, Progress, amount, silent

SHEETS = 6
"""Sample sheets of a run, evenly spread over its steps."""
SHOWN = 4
"""Pictures on a sheet, each above what the network makes of it."""
RATE = 1e-3


class StyleTrainer:
    """A network that learns one style, step by step; the same settings and pictures give the same weights."""

    def __init__(self, trunk: Trunk, style: torch.Tensor, data: TrainingData, run: StyleRun) -> None:
        """`style` is (1, 3, h, w), 0 to 1."""
        self._trunk, self._data, self._run = trunk, data, run
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(run.seed)
            self.network = StyleNetwork(run.width)
        self._optimiser = torch.optim.Adam(self.network.parameters(), lr=RATE)
        with torch.no_grad():
            self._targets: Grams = {name: gram(each) for name, each in trunk(style, STYLE_LAYERS).items()}

    def step(self, number: int) -> Mapping[str, float]:
        """Learn from the pictures of a step; returns the terms of the loss."""
        terms = self._terms(self._pictures(number))
        self._optimiser.zero_grad()
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        return {name: float(term.detach()) for name, term in terms.items()}

    def _pictures(self, number: int) -> torch.Tensor:
        """The pictures of a step, drawn by its number alone."""
        draws = torch.Generator().manual_seed(self._run.seed * 1_000_003 + number)
        places = torch.randint(len(self._data.pictures), (self._run.batch,), generator=draws)
        return self._data.pictures[places].float() / 255

    def _terms(self, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        made = self.network(pictures)
        with torch.no_grad():
            content = self._trunk(pictures, [CONTENT_LAYER])[CONTENT_LAYER]
        found = self._trunk(made, {CONTENT_LAYER, *STYLE_LAYERS})
        share = self._run.strength * STYLE_WEIGHT / len(STYLE_LAYERS) / len(pictures)
        styles = [
            relative_difference(gram(found[layer][place : place + 1]), self._targets[layer])
            for layer in STYLE_LAYERS
            for place in range(len(pictures))
        ]
        return {
            "content": relative_difference(found[CONTENT_LAYER], content),
            "style": share * torch.stack(styles).sum(),
            "smoothness": self._run.smoothness * SMOOTHNESS_WEIGHT * total_variation(made),
        }

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return {"network": self.network.state_dict(), "optimiser": self._optimiser.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])

    def samples(self, count: int) -> Pixels:
        """So many pictures, and what the network makes of them: (2 count, s, s, 3) uint8."""
        pictures = self._data.pictures[:count].float() / 255
        with torch.no_grad():
            shown = torch.cat([pictures, self.network(pictures)])
        found: Pixels = (shown * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return found


def train_network(
    trunk: Trunk, style: torch.Tensor, style_sha256: str, data: TrainingData, run: StyleRun, folder: Path,
    progress: Progress = silent, words: Mapping[str, str] | None = None,
) -> Mapping[str, float]:  # fmt: skip
    """Train to the last step, from the last checkpoint in `folder` on; returns the terms of the loss at the end.

    `words` are the metadata of the network's file. Raises UsageError where the folder has a run with other settings or
    pictures.
    """
    asked = {"kind": "style", **run.as_json()}
    learned_from = {"style": style_sha256, "set of pictures": data.sha256}
    trainer = StyleTrainer(trunk, style, data, run)
    ended = learn(trainer, Run(folder, asked, learned_from, NETWORK, SHEETS, SHOWN), progress)
    write_halves(folder / NETWORK, trainer.network.state_dict(), words)
    return ended.objective


def style_card(
    name: str, picture: str, style_sha256: str, data: TrainingData, run: StyleRun, told: Mapping[str, str]
) -> str:
    """The model card in Markdown: what the network was made of, by whom, how, and how to use it."""
    license = told.get("license") or "not told (--license): find out before you publish"
    lines = [
        f"# {name}",
        "",
        f"A feed-forward style network, trained by `collection train style` on the picture `{picture}`.",
        "",
        f"- SHA-256 of the pixels of the style picture: `{style_sha256}`",
        f"- By: {told.get('credit') or 'not told (--credit)'}",
        f"- License of the style picture: {license}",
        f"- Learned on {amount(len(data.names), 'picture')} of {run.size} pixels, SHA-256 `{data.sha256}`",
        f"- {run.steps:,} steps of {amount(run.batch, 'picture')}, seed {run.seed}, {run.width} channels",
        f"- Strength {run.strength:g}, smoothness {run.smoothness:g}",
        "- `curve.png` shows the loss, `samples/` pictures on the way",
        "",
        f"`collection restyle 3 --style {name}` paints image 3 by it.",
        "",
    ]
    return "\n".join(lines)
