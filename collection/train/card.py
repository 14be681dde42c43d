"""The model card: what a model was made of, by whom, how, and how to use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from collection.train.data import TrainingData
from collection.train.trainer import Settings
from collection.values import amount

NAMES = {"gan": "a FastGAN generator", "vae": "the decoder of a convolutional VAE"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures came from, as the model card tells it."""

    folder: str
    """The name of the folder."""
    license: str = ""
    """Of the pictures, an SPDX expression; it becomes that of the model."""
    credit: str = ""
    """Whose pictures they are."""


@dataclass(frozen=True)
class Trained:
    """A model and how it came to be."""

    settings: Settings
    source: Source
    data_sha256: str
    data: TrainingData
    seconds: float
    """Of the steps, over all legs of the run."""
    torch: str
    threads: int
    objective: Mapping[str, float]
    """The terms of the objective at the end."""
    weights: str
    """SHA-256 of the weights."""


def data_lines(data: TrainingData, source: Source, sha256: str) -> list[str]:
    """What a model learned from, as every card tells it."""
    counts = Counter(data.labels.tolist())
    classes = ", ".join(f"{label} ({counts[place]})" for place, label in enumerate(data.classes))
    left_out = f"; {amount(len(data.skipped), 'file')} left out" if data.skipped else ""
    return [
        f"- {amount(len(data.names), 'picture')} of the folder `{source.folder}`{left_out}"
        + (f". Classes: {classes}" if classes else ""),
        f"- SHA-256 of what was learned from: `{sha256}`",
        f"- By: {source.credit or 'not told (--credit)'}",
        f"- License: {source.license or 'not told (--license): find out before you publish pictures of it'}",
        *(f"- {note}" for note in data.notes),
    ]


def model_card(name: str, made: Trained) -> str:
    """The card in Markdown."""
    settings, data = made.settings, made.data
    style = f'\n[styles."{data.classes[0]}"]\n' if data.classes else ""
    objective = ", ".join(f"{term} {value:.4g}" for term, value in made.objective.items())
    lines = [
        f"# {name}",
        "",
        f"{NAMES[settings.kind][:1].upper()}{NAMES[settings.kind][1:]}, {settings.size} pixels, trained by "
        f"`collection train {settings.kind}`.",
        "",
        "## Data",
        "",
        *data_lines(data, made.source, made.data_sha256),
        "",
        "## Training",
        "",
        f"- {amount(settings.steps, 'step')} of {amount(settings.batch, 'picture')} in {made.seconds / 60:.1f} min, "
        f"seed {settings.seed}, {'mirrored half the time' if settings.mirror else 'never mirrored'}",
        f"- Points of {settings.latent} numbers, {settings.width} channels in the last layer",
        f"- torch {made.torch}, {amount(made.threads, 'thread')} of the processor at the end",
        f"- The objective at the end: {objective}; `curve.png` shows it, `samples/` pictures on the way",
        f"- SHA-256 of `weights.safetensors` (half precision): `{made.weights}`",
        "",
        "## Use",
        "",
        "```toml",
        "[generator]",
        'use = "latent"',
        f'model = "{name}"',
        f"{style}```",
        "",
        "## Limits",
        "",
        "It has seen these pictures and no others. What it makes may resemble them closely: `collection dedupe` and a "
        "reference folder in `[score]` tell how closely.",
        "",
    ]
    return "\n".join(lines)
