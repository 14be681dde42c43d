"""What the tables of collection.toml share: how a table behaves, and the types of names, numbers and sizes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Side = Annotated[int, Field(ge=64, le=4096)]
Size = Side | tuple[Side, Side]
"""Pixels: one side of a square, or [width, height]."""
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Weight = Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the file: unknown keys are refused, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
