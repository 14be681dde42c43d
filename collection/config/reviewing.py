"""The table of collection.toml that says how the review room is used."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from collection.config.types import Name, Table


def _told_apart(values: tuple[str, ...]) -> tuple[str, ...]:
    folded = [value.casefold() for value in values]
    for place, value in enumerate(values):
        if "," in value or len(value) > 64:
            raise ValueError(f"{value!r} has a comma or more than 64 characters")
        if folded[place] in folded[:place]:
            raise ValueError(f"{value!r} is there twice")
    return values


class Review(Table):
    """How curators review the images."""

    reasons: Annotated[tuple[Name, ...], Field(max_length=9), AfterValidator(_told_apart)] = (
        "blurred", "dark", "clipped", "banded", "text", "bordered", "composition", "colour", "dull",
    )  # fmt: skip
    """Why an image is rejected, up to nine: Shift 1 rejects for the first of them, Shift 2 for the second."""
