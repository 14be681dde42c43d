"""collection train gan"""

from __future__ import annotations

from ..session import Json
from .decoder import trained
from .options import Batch, Credit, Dedupe, Folder, Latent, License, Mirror, Name, Seed, Size, Steps, Threads, Width


def command(
    folder: Folder,
    name: Name,
    size: Size = 64,
    steps: Steps = 3000,
    batch: Batch = 16,
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
    """Train a GAN: crisp pictures, learned slowly.

    Give it many more steps than a VAE, and look at the sheets in samples/ on the way. The same command goes on after a
    stop or a kill, and gives the same weights as if there had been none.
    """
    from collection.stages.train import Settings

    settings = Settings("gan", size, steps, batch, latent, width, seed, mirror)
    trained(folder, name, settings, (license, credit), dedupe, threads, as_json)
