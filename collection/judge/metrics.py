"""The catalogue of metrics: what each number is, in what range, which way is better, and what it cannot tell."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).with_name("metrics.toml")


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric."""

    name: str
    range: tuple[float | str, float | str]
    """Lowest and highest value; "unbounded" where there is no end."""
    better: Literal["higher", "lower", "neither"]
    says: str
    source: str
    limits: str
    """What it cannot tell."""

    @property
    def span(self) -> str:
        """The range in words: 0 to 100, or unbounded."""
        low, high = self.range
        return "unbounded" if low == high else f"{low} to {high}"


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by its name, in the order of the file."""
    tables = tomllib.loads(DATA.read_text("utf-8"))
    return {name: Metric(name, **{**table, "range": tuple(table["range"])}) for name, table in tables.items()}
