"""Configurations with traits, made of little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collection.config import Config

MakeConfig = Callable[..., Config]


@pytest.fixture(scope="session")
def make_config() -> MakeConfig:
    """Makes a configuration of `supply` tokens from tables as collection.toml has them."""

    def make(supply: int = 12, **tables: Any) -> Config:
        return Config.model_validate({"title": "T", "supply": supply, "seed": "traits", **tables})

    return make
