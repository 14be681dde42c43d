"""The pictures of a folder as training data: read, checked, brought to one size."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from collection.errors import UsageError
from collection.generate.pictures import fitted
from collection.pictures.folders import Opened, picture_files, read_ahead
from collection.values import Failure, Pixels, Progress, amount, silent

if TYPE_CHECKING:
    from torch import Tensor

LEAST, FEW = 16, 200
"""Pictures without which nothing is learned, and those below which a model mostly repeats its pictures."""
MANY_CLASSES = 256


@dataclass(frozen=True)
class TrainingData:
    """The pictures that a model learns from."""

    pictures: Tensor
    """(n, 3, size, size) uint8."""
    labels: Tensor
    """(n,) the place of each picture's class."""
    classes: tuple[str, ...]
    """The names of the subfolders; none, where all pictures lie in one folder."""
    names: tuple[str, ...]
    """Paths in the folder."""
    skipped: Sequence[Failure]
    """Files that are left out, and why."""
    notes: Sequence[str]

    @property
    def sha256(self) -> str:
        """Identity of what is learned from: the hash of all pixels and classes."""
        digest = hashlib.sha256("\0".join(self.classes).encode())
        digest.update(self.pictures.numpy().tobytes())
        digest.update(self.labels.numpy().tobytes())
        return digest.hexdigest()


def read_training_data(
    folder: Path, size: int, *, least: int = LEAST, few: int = FEW, copies: Collection[Failure] = (),
    progress: Progress = silent,
) -> TrainingData:  # fmt: skip
    """Read a folder, without `copies` (near-duplicates by their paths), each picture filling size x size pixels.

    Transparency is laid on white. Subfolders are classes, if every picture lies in one. A note warns of
    fewer than `few` pictures. Raises UsageError for a folder with fewer than `least` pictures that can be used.
    """
    import torch

    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "name a folder of pictures")
    paths, unreadable = picture_files(folder)
    skipped, pixels, names = [*unreadable, *copies], list[Pixels](), list[str]()
    left_out, seen, small, done = {item.what for item in copies}, dict[str, str](), 0, 0
    for batch in read_ahead(folder, paths, 32):
        for item in batch:
            done += 1
            if isinstance(item, Opened):
                if item.name in left_out:
                    continue
                if twin := seen.get(item.pixel_sha256):
                    skipped.append(Failure(item.name, f"the same picture as {twin}"))
                    continue
                seen[item.pixel_sha256] = item.name
                small += min(item.picture.pixels.shape[:2]) < size
                pixels.append(fitted(_on_white(item), size, size))
                names.append(item.name)
            else:
                skipped.append(item)
        progress(done, len(paths))
    if len(pixels) < least:
        why = (
            f"; {amount(len(skipped), 'file')} left out, such as {skipped[0].what}: {skipped[0].why}" if skipped else ""
        )
        raise UsageError(
            f"{folder} has {amount(len(pixels), 'picture')} to learn from, at least {least} are wanted{why}",
            f"add pictures; with fewer than {few} a model mostly repeats them",
        )
    classes, labels = _classes(names)
    data = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous()
    return TrainingData(
        data, torch.tensor(labels), classes, tuple(names), skipped, _notes(len(pixels), few, small, size)
    )


def _on_white(item: Opened) -> Pixels:
    channels = item.picture.channels
    if channels.shape[2] == 3:
        return channels
    alpha = channels[..., 3:].astype(np.float32) / 255
    return np.asarray((channels[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8))


def _classes(names: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    folders = [name.partition("/")[0] if "/" in name else "" for name in names]
    classes = tuple(sorted(set(folders)))
    if "" in classes or not 1 < len(classes) <= MANY_CLASSES:
        return (), [0] * len(names)
    return classes, [classes.index(folder) for folder in folders]


def _notes(count: int, few: int, small: int, size: int) -> list[str]:
    notes = []
    if count < few:
        notes.append(f"{amount(count, 'picture')} are few: a model of fewer than {few} mostly repeats them")
    if small:
        notes.append(f"{amount(small, 'picture')} smaller than {size} pixels: enlarged, so that details are soft")
    return notes
