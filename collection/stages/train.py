"""Train: a folder of pictures becomes a model that projects use by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.models.library import model_folder
from collection.stages.report import Report
from collection.train.trainer import Settings
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.train.card import Source

__all__ = ["Settings"]  # what the commands fill in


def source_of(folder: Path, license: str, credit: str) -> Source:
    """Where pictures came from, in words."""
    from collection.train.card import Source

    return Source(folder.resolve().name, license, credit)


def train_decoder(
    folder: Path, name: str, settings: Settings, source: Source, *, dedupe: bool = True, threads: int | None = None,
    progress: Progress = silent,
) -> Report:  # fmt: skip
    """Check the pictures of a folder, train a GAN or a VAE on them, and keep it under `name`.

    `dedupe`: near-duplicates are found as `collection dedupe FOLDER` finds them, and left out. Raises UsageError for
    too few pictures, sizes that no network has, and a name under which something else is kept.
    """
    from collection.generate.latent.networks import SIZES
    from collection.models.device import use_threads
    from collection.train.data import read_training_data
    from collection.train.run import finished, train

    if settings.size not in SIZES:
        raise UsageError(f"--size {settings.size}: no network has this size", f"one of {', '.join(map(str, SIZES))}")
    place = model_folder(name)
    if threads:
        use_threads(threads)
    copies = near_duplicates(folder) if dedupe and folder.is_dir() else []
    data = read_training_data(folder, settings.size, copies=copies)
    before = finished(place, settings, data.sha256)
    made = train(data, settings, place, source, progress)
    told = f"{amount(len(data.names), 'picture')}, {amount(settings.steps, 'step')}"
    line = f"{name} is trained already: {told}" if before else f"{name}, of {told}, in {made.seconds / 60:.1f} minutes"
    details = {
        "model": name, "folder": str(place), "pictures": len(data.names), "classes": list(data.classes),
        "steps": settings.steps, "seconds": round(made.seconds, 1), "objective": dict(made.objective),
        "weights": made.weights,
    }  # fmt: skip
    notes = [*data.notes] + ([] if source.license else ["no --license was told: find it out before you publish"])
    hint = f'[generator] use = "latent", model = "{name}" uses it; {place} has its card, sheets and curve'
    return Report("train", line, details, failures=data.skipped, hint=hint, notes=notes)


def near_duplicates(folder: Path) -> list[Failure]:
    """The near-duplicates of a folder, which are left out."""
    from collection.config import Score
    from collection.stages.picture_folder import open_folder

    with open_folder(folder, Score()) as opened:
        groups = opened.copies().groups
    return [
        Failure(copy.name, f"a near-duplicate of {kept} ({copy.why} {copy.distance:.2g})")
        for kept, copies in groups.items()
        for copy in copies
    ]
