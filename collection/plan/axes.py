"""Axes: one image for every combination of crossed lists and zipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from collection.config.planning import Axes, listed

COSTS = ("model", "blend", "size", "steps", "guidance")
"""Axes that are dear to change, the dearest first: a model is loaded, a LoRA swapped, a new shape prepared."""

Point = Mapping[str, Any]
"""What the axes say of one image: the value of each axis."""


def axis_points(axes: Axes) -> list[Point]:
    """Every point, in the order of the recipes: dear axes outermost, the seed innermost, others as written."""
    groups: list[list[Point]] = [[{name: value} for value in listed(wanted)] for name, wanted in axes.cross.items()]
    if axes.zip:
        columns = {name: listed(wanted) for name, wanted in axes.zip.items()}
        groups.append([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
    groups.sort(key=lambda group: min(map(_place, group[0])))
    if not groups:
        return []
    return [{name: value for part in parts for name, value in part.items()} for parts in product(*groups)]


def _place(name: str) -> int:
    if name == "seed":
        return len(COSTS) + 1
    return COSTS.index(name) if name in COSTS else len(COSTS)
