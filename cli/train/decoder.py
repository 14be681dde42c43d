"""What the commands that train a GAN or a VAE do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..render import Screen

if TYPE_CHECKING:
    from collection.stages.train import Settings


def trained(
    folder: Path, name: str, settings: Settings, told: tuple[str, str], dedupe: bool, threads: int | None, as_json: bool
) -> None:
    """Train and show the report; `told` are license and credit."""
    from collection.stages.train import source_of, train_decoder

    screen = Screen(as_json)
    source = source_of(folder, *told)
    try:
        with screen.progress("train", "steps") as progress:
            report = train_decoder(folder, name, settings, source, dedupe=dedupe, threads=threads, progress=progress)
    except KeyboardInterrupt:
        screen.error("stopped; the last checkpoint is kept", "run the same command again to continue")
        raise typer.Exit(1) from None
    screen.report(report)
    screen.object(report.as_json())
