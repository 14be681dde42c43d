"""collection train vae"""

from __future__ import annotations

from ..session import Json
from .decoder import trained
from .options import Batch, Credit, Dedupe, Folder, Latent, License, Mirror, Name, Seed, Size, Steps, Threads, Width


def command(
    folder: Folder,
    name: Name,
    size: Size = 64,
    steps: Steps = 1500,
    batch: Batch = 32,
    latent: Latent = 64,
    width: Width = 24,
    seed: Seed = 0,
    mirror: Mirror = True,
    dedupe: Dedupe = True,
    threads: Threads = None,
    license: License = "",
    credit: Credit = "",
    as_json: Json = False,
) -> None:
    """Train a VAE: soft pictures, learned fast and surely.

    Points between pictures look like pictures between them. The same command goes on after a stop or a
    kill, and gives the same weights as if there had been none.
    """
    from collection.stages.train import Settings

    settings = Settings("vae", size, steps, batch, latent, width, seed, mirror)
    trained(folder, name, settings, (license, credit), dedupe, threads, as_json)
