"""collection.toml, typed: what a creator writes, checked before anything is done.

Secrets are never in it: keys and tokens are named by environment variable or keystore file.
"""

from collection.config.encoders import ENCODER_PRESETS
from collection.config.generator import DiffusionGenerator
from collection.config.judging import Dedupe, Flags, Score
from collection.config.loading import load_config
from collection.config.planning import Image, Series
from collection.config.tables import Config

__all__ = [
    "ENCODER_PRESETS", "Config", "Dedupe", "DiffusionGenerator", "Flags", "Image", "Score", "Series", "load_config",
]  # fmt: skip
