"""The training of a decoder: a GAN's or a VAE's, kept as a model of the latent generator."""

from __future__ import annotations

from pathlib import Path

from collection.atomic_file import write_durably
from collection.generate.latent.manifest import FILE, as_manifest
from collection.models.weights import file_sha256
from collection.train.card import Source, Trained, model_card
from collection.train.data import TrainingData
from collection.train.loop import CARD, Run, learn
from collection.train.tensor_files import write_halves
from collection.train.trainer import Settings, Trainer, new_trainer
from collection.values import Progress, silent

WEIGHTS = "weights.safetensors"
SHEETS, SHOWN = 12, 36
"""Sample sheets of a run, and pictures on each."""


def _run(folder: Path, settings: Settings, data_sha256: str) -> Run:
    return Run(folder, settings.as_json(), {"set of pictures": data_sha256}, FILE, SHEETS, SHOWN)


def finished(folder: Path, settings: Settings, data_sha256: str) -> bool:
    """Whether the model in a folder is what a run with these settings would make."""
    return _run(folder, settings, data_sha256).finished()


def train(data: TrainingData, settings: Settings, folder: Path, source: Source, progress: Progress = silent) -> Trained:
    """Train to the last step, from the last checkpoint in `folder` on, and leave the model there.

    A run that was killed and goes on gives the same weights as one that was not. Raises UsageError where the folder
    has a run with other settings or pictures.
    """
    import torch

    digest = data.sha256
    run = _run(folder, settings, digest)
    trainer = new_trainer(data, settings)
    ended = learn(trainer, run, progress)
    weights = _keep(trainer, settings, data, folder, source)
    made_with = (ended.seconds, torch.__version__, torch.get_num_threads(), ended.objective)
    trained = Trained(settings, source, digest, data, *made_with, weights)
    write_durably(folder / CARD, model_card(folder.name, trained).encode())
    return trained


def _keep(trainer: Trainer, settings: Settings, data: TrainingData, folder: Path, source: Source) -> str:
    """Write weights in half precision, then the manifest that makes them a model; returns their SHA-256."""
    said, state = trainer.finish()
    write_halves(folder / WEIGHTS, state)
    manifest = {
        "format": "collection-latent/1", "kind": settings.kind, "weights": WEIGHTS, **said,
        **({"classes": list(data.classes)} if data.classes else {}),
        **({"license": source.license} if source.license else {}),
    }  # fmt: skip
    write_durably(folder / FILE, as_manifest(manifest))
    return file_sha256(folder / WEIGHTS)
