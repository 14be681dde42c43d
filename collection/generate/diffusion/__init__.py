"""Any diffusers text-to-image pipeline as a generator: models, blends, adapters, batches, decoding."""
