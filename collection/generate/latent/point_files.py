"""Files with a point or a direction of a latent space, which styles name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from collection.atomic_file import write_durably
from collection.errors import ConfigError
from collection.values import canonical_json, parse_json

Kind = Literal["point", "direction"]
MOST = 16_384
"""Numbers that a recipe carries for each style."""


def write_vector(
    path: Path, kind: Kind, weights: str, numbers: Sequence[float], classes: Mapping[str, float], about: str
) -> None:
    """Write a point or a direction of the model with those weights; numbers are rounded to 6 decimals."""
    rounded = [round(float(number), 6) for number in numbers]
    found = {
        "format": f"collection-{kind}/1", "about": about, "weights": weights, "numbers": rounded,
        "classes": {name: round(float(share), 4) for name, share in classes.items()},
    }  # fmt: skip
    write_durably(path, canonical_json(found) + b"\n")


def read_vector(path: Path, kind: Kind) -> dict[str, Any]:
    """What recipes carry of such a file: weights, numbers, classes. Raises ConfigError naming file and field."""
    try:
        found = parse_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as a {kind}: {error}", _HINT[kind]) from error
    if not isinstance(found, dict) or found.get("format") != f"collection-{kind}/1":
        raise ConfigError(f"{path} holds no {kind} of a latent space", _HINT[kind])
    value = {name: found[name] for name in ("weights", "numbers", "classes") if found.get(name)}
    try:
        check_vector(value)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", _HINT[kind]) from error
    return value


_HINT: Mapping[Kind, str] = {
    "point": "collection latent project PICTURE makes one",
    "direction": "collection latent direction makes one",
}


def check_vector(value: Any) -> None:
    """Raise ValueError, saying why, for what is no point or direction in a recipe."""
    if not isinstance(value, Mapping) or set(value) - {"weights", "numbers", "classes"}:
        raise ValueError("it must be a table of weights, numbers and classes")
    if not isinstance(value.get("weights"), str):
        raise ValueError("weights must be the SHA-256 of the model's weights")
    numbers = value.get("numbers")
    if not isinstance(numbers, Sequence) or isinstance(numbers, str) or not 0 < len(numbers) <= MOST:
        raise ValueError(f"numbers must be a list of 1 to {MOST:,} numbers")
    if not all(_is_number(number) for number in numbers):
        raise ValueError("numbers must be finite numbers")
    classes = value.get("classes", {})
    if not isinstance(classes, Mapping) or not all(_is_number(share) and share >= 0 for share in classes.values()):
        raise ValueError("classes must be weights by name")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
