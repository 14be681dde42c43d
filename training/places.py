"""Where training keeps what it makes: outside the repository, until a model is good enough to ship."""

from __future__ import annotations

import os
from pathlib import Path

ART = Path(__file__).with_name("art")
"""The npm project whose lock file names the drawings."""
VAE = Path(__file__).with_name("vae")
"""A trained VAE in diffusers format, kept here until the pipeline that it is a part of is good enough to ship."""


def workshop() -> Path:
    """Where data, checkpoints and sample sheets lie: $COLLECTION_TRAINING, else a folder of the cache."""
    chosen = os.environ.get("COLLECTION_TRAINING")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(chosen) if chosen else cache / "nft-collection" / "training"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
