"""Opening a collection.toml."""

from __future__ import annotations

from pathlib import Path

from collection.config.checks import check
from collection.config.reading import read_config
from collection.config.tables import Config


def load_config(path: Path) -> Config:
    """Read a collection.toml; raises one ConfigError that tells all its mistakes, each with line, key and value."""
    return read_config(path, Config, check)
