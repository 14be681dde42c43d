"""Opening a collection.toml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from collection.config.checks import check
from collection.config.reading import Refuse, read_config
from collection.config.tables import Config


def load_config(path: Path, *more: Callable[[Config, Refuse], None]) -> Config:
    """Read a collection.toml; raises one ConfigError that tells all its mistakes, each with line, key and value.

    `more` check what the rooms above know: what is installed.
    """

    def check_all(config: Config, refuse: Refuse) -> None:
        for look in (check, *more):
            look(config, refuse)

    return read_config(path, Config, check_all)
