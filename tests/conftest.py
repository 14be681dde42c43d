"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Called with a reason where a tool cannot be had: skips, or fails under REQUIRE_ALL=1."""

    def give_up(reason: str) -> NoReturn:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but {reason}")
        pytest.skip(reason)

    return give_up


@pytest.fixture(scope="session")
def trained_weights(missing: Callable[[str], NoReturn]) -> Path:
    """The folder of small real weights that lies beside a developer's checkout and is no part of it."""
    folder = Path(os.environ.get("COLLECTION_TEST_WEIGHTS", REPOSITORY.parent / "shared" / "weights"))
    if not folder.is_dir():
        missing(f"no trained weights at {folder}; set COLLECTION_TEST_WEIGHTS to their folder")
    return folder
