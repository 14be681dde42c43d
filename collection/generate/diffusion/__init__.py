"""Any diffusers text-to-image pipeline as a generator: models, blends, adapters, batches, decoding."""

from collection.generate.diffusion.generator import Diffusion

__all__ = ["Diffusion"]
