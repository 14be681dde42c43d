"""Opening a collection.toml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from collection.config.checks import check
from collection.config.reading import Refuse, read_config
from collection.config.tables import Config
from collection.values import sha256_hex


def load_config(path: Path, *more: Callable[[Config, Refuse], None]) -> Config:
    """Read a collection.toml; raises ConfigError with file, line, key, value and the nearest known key.

    `more` check what the rooms above know: what is installed.
    """

    def check_all(config: Config, refuse: Refuse) -> None:
        for look in (check, *more):
            look(config, refuse)

    config = read_config(path, Config, check_all)
    for name, table in config.styles.items():
        config._references[name] = tuple(sha256_hex(file.read_bytes()) for file in table.pictures(path.parent))
    return config
