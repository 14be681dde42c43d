"""Train style: a style picture becomes a network that `collection restyle` uses by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collection.errors import UsageError
from collection.models.library import NETWORK, model_folder
from collection.stages.report import Report
from collection.train.style_run import StyleRun
from collection.values import Progress, amount, silent

__all__ = ["StyleRun"]  # what the command fills in

SMALLEST = 32
"""Pixels of a side below which VGG's layers hold no places."""


def train_style(
    picture: Path, content: Path, name: str, run: StyleRun, told: Mapping[str, str], *, vgg: Path | None = None,
    progress: Progress = silent,
) -> Report:  # fmt: skip
    """Train a network on a style picture, on the pictures of a folder, and keep it under `name`.

    `told`: license and credit of the style picture. Raises UsageError for too few pictures and for a name under which
    something else is kept, ImageError for a style that is no picture, WeightsError for a VGG that is none.
    """
    from collection.atomic_file import write_durably
    from collection.generate.tensors import as_tensor
    from collection.models.trunk import open_trunk
    from collection.pictures.files import decode_image, pixel_sha256
    from collection.train.data import read_training_data
    from collection.train.loop import CARD
    from collection.train.style import style_card, train_network
    from collection.train.tensor_files import words_of

    if run.size < SMALLEST or run.size % 4:
        raise UsageError(f"--size {run.size} is no multiple of 4 from {SMALLEST} on", "--size 128")
    place = model_folder(name)
    pixels = decode_image(picture.read_bytes(), picture)
    digest = pixel_sha256(pixels)
    data = read_training_data(content, run.size)
    trunk = open_trunk(vgg.name if vgg else "vgg16", vgg)
    words = words_of(name, told.get("license", ""), told.get("credit", ""))
    terms = train_network(trunk, as_tensor(pixels, trunk.device), digest, data, run, place, progress, words)
    card = style_card(name, picture.name, digest, data, run, told)
    write_durably(place / CARD, card.encode())
    line = f"{name}, of {picture.name}, {amount(len(data.names), 'picture')} and {amount(run.steps, 'step')}"
    details = {"model": name, "folder": str(place), "file": str(place / NETWORK), "objective": dict(terms)}
    hint = f"`collection restyle 3 --style {name}` uses it; {place} has its card, sheets and curve"
    return Report("train", line, details, failures=data.skipped, hint=hint, notes=list(data.notes))
