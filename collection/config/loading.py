"""Opening a collection.toml."""

from __future__ import annotations

from pathlib import Path

from collection.config.checks import check
from collection.config.reading import read_config
from collection.config.tables import Config
from collection.values import sha256_hex


def load_config(path: Path) -> Config:
    """Read a collection.toml; raises ConfigError with file, line, key, value and the nearest known key."""
    config = read_config(path, Config, check)
    for name, table in config.styles.items():
        config._references[name] = tuple(sha256_hex(file.read_bytes()) for file in table.pictures(path.parent))
    return config
