"""collection.toml, typed: what a creator writes, checked before anything is done.

Secrets are never in it: keys and tokens are named by environment variable or keystore file.
"""

from collection.config.encoders import ENCODER_PRESETS
from collection.config.loading import load_config
from collection.config.tables import Config, Dedupe, DiffusionGenerator, Flags, Image, Score, Series

__all__ = [
    "ENCODER_PRESETS", "Config", "Dedupe", "DiffusionGenerator", "Flags", "Image", "Score", "Series", "load_config",
]  # fmt: skip
