"""collection.toml, typed: what a creator writes, checked before anything is done.

Secrets are never in it: keys and tokens are named by environment variable or keystore file.
"""

from collection.config.generator import GeneratorTable
from collection.config.judging import Dedupe, Score
from collection.config.loading import load_config
from collection.config.planning import Image, Series
from collection.config.tables import Config

__all__ = [
    "Config", "Dedupe", "GeneratorTable", "Image", "Score", "Series", "load_config",
]  # fmt: skip
