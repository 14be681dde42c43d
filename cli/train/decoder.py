"""What the commands that train a GAN or a VAE do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .options import train

if TYPE_CHECKING:
    from collection.stages.report import Report
    from collection.stages.train import Settings
    from collection.values import Progress


def trained(
    folder: Path, name: str, settings: Settings, told: tuple[str, str], dedupe: bool, threads: int | None, as_json: bool
) -> None:
    """Train and show the report; `told` are license and credit."""
    from collection.stages.train import source_of, train_decoder

    source = source_of(folder, *told)

    def work(progress: Progress) -> Report:
        return train_decoder(folder, name, settings, source, dedupe=dedupe, threads=threads, progress=progress)

    train(as_json, work)
